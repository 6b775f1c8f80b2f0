import { anyOf, createFlows, failed, optional, settled, step, type Flow, type Process, type StepContext, type StepGroup, type StepHandle } from 'millrace';
import { expectTypeOf } from 'vitest';

// What cannot be meant does not compile.

const flow = createFlows().registerFlow<{ readonly id: string }>('f');
const p = flow.process('p');
const one = (): number => 1;

// Groups and derived timings have members.
// @ts-expect-error a chain has at least one step
p.follow();
// @ts-expect-error a group has at least one step
p.parallel();
// @ts-expect-error settled of nothing
settled();
// @ts-expect-error failed of nothing
failed();
// @ts-expect-error any of nothing
anyOf();
// @ts-expect-error optional of nothing
optional();
// @ts-expect-error after nothing
p.customStep(one, 'after nothing').after();

// Literal names are checked, computed ones at run time.
// @ts-expect-error a slash separates processes from steps
p.customStep(one, 'a/b');
// @ts-expect-error a colon separates statuses from paths
p.customStep(one, 'a:b');
// @ts-expect-error a name is not empty
p.customStep(one, '');
// @ts-expect-error a slash in the name of a process
flow.process('a/b');
// @ts-expect-error a colon in the name of a token
step(one, 'a:b');
// @ts-expect-error a slash in the name of the next step
p.customStep(one, 'first').next(one, 'a/b');
// @ts-expect-error a colon in a name of an always step
p.always(one, 'a:b');
p.customStep(one, `computed ${p.name}`);

// Nothing that await would call.
type Awaitable = 'then' | 'catch' | 'finally';
expectTypeOf<Extract<keyof Flow, Awaitable>>().toEqualTypeOf<never>();
expectTypeOf<Extract<keyof Process, Awaitable>>().toEqualTypeOf<never>();
expectTypeOf<Extract<keyof StepHandle, Awaitable>>().toEqualTypeOf<never>();
expectTypeOf<Extract<keyof StepGroup, Awaitable>>().toEqualTypeOf<never>();
// @ts-expect-error a builder has no then
void p.then;

// The work of a step fits the process.
// @ts-expect-error the step wants another input
p.customStep((s: StepContext<{ readonly other: number }>) => s.input.other, 'other input');
// @ts-expect-error the token wants another input
p.follow(step((s: StepContext<{ readonly other: number }>) => s.input.other, 'other'));
// @ts-expect-error the step reads a result that it does not wait for
p.customStep((s: StepContext<{ readonly id: string }, { readonly a: number }>) => s.results.a, 'other results');
// @ts-expect-error a value is not a function
p.customStep(1, 'no function');
// @ts-expect-error a list is not a record of functions
p.parallel([one, one]);
// @ts-expect-error a handle is not a step to register
p.follow(p.customStep(one, 'handle'));
p.customStep((s: StepContext) => s.name, 'any input');
p.customStep((s: StepContext<{ readonly id: string | number }>) => s.input.id, 'wider input');

// Timings are refs, groups and derived timings.
// @ts-expect-error null is no timing
p.customStep(one, 'null timing', null);
// @ts-expect-error a list is no timing
p.customStep(one, 'list', ['a']);
// @ts-expect-error an object that looks like a sync point is none
p.customStep(one, 'fake', { kind: 'sync' });

// Settings are durations, limits and policies.
const c = p.customStep(one, 'c');
// @ts-expect-error the unit is missing
c.stepTimeout('30');
// @ts-expect-error there is no such unit
c.stepTimeout('1w');
// @ts-expect-error retries are required
c.stepRetry({ delay: 1 });
// @ts-expect-error there is no such backoff
c.stepRetry({ retries: 1, backoff: 'random' });
// @ts-expect-error a predicate answers at once
c.stepRetry({ retries: 1, when: async () => true });
// @ts-expect-error there is no such policy
void flow.run({ id: 'x' }, { onFailure: 'stop' });
// @ts-expect-error there is no such mode
flow.start({ id: 'x' }).stop('enough', { mode: 'halt' });
// @ts-expect-error a process is ordered after at least one
p.after();

// Names and outcomes are read, never written.
// @ts-expect-error the name of a handle stays
c.name = 'd';
