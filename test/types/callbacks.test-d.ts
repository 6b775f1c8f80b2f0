import { createFlows, type FlowRecord, type ProcessRecord, type StepRecord } from 'millrace';
import type { FlowContext, Outcome, ProcessContext, ProcessOutcome, RunOutcome, StepContext, WorkedOutcome } from 'millrace';
import { expectTypeOf } from 'vitest';

interface Order { readonly id: string }

const flows = createFlows();
const flow = flows.registerFlow<Order>('f');
const p = flow.process('p');
const a = p.customStep(() => 1, 'a');

// The contexts know the input; those of a registry do not, because each flow has its own.
flow.beforeFlow((context) => void expectTypeOf(context).toEqualTypeOf<FlowContext<Order>>());
flow.beforeProcess((context) => void expectTypeOf(context).toEqualTypeOf<ProcessContext<Order>>());
p.beforeStep((s) => void expectTypeOf(s).toEqualTypeOf<StepContext<Order>>());
flows.beforeFlow((context) => void expectTypeOf(context.input).toEqualTypeOf<unknown>());
a.beforeStep((s) => void expectTypeOf(s.input.id).toEqualTypeOf<string>());

// Callbacks after the end get how it ended.
flow.afterFlow((_context, ended) => void expectTypeOf(ended).toEqualTypeOf<RunOutcome>());
p.afterProcess((_context, ended) => void expectTypeOf(ended).toEqualTypeOf<ProcessOutcome>());
p.afterStep((_s, ended) => void expectTypeOf(ended).toEqualTypeOf<WorkedOutcome>());
a.afterStep((_s, ended) => void expectTypeOf(ended).toEqualTypeOf<WorkedOutcome<number>>());
p.afterProcess((context) => void expectTypeOf(context.outcome(a)).toEqualTypeOf<Outcome<number>>());

// They return nothing or 'break', now or later.
p.beforeStep(() => undefined).beforeStep(async () => Promise.resolve()).beforeStep(() => 'break').beforeStep(async () => Promise.resolve('break' as const));
// @ts-expect-error no other word
p.beforeStep(() => 'stop');
// @ts-expect-error nor a number
p.beforeStep(() => 1);

// Options by kind.
p.afterStep(() => undefined, { must: true, onlyFor: ['a'], notFor: 'b', if: () => true, when: ['failed', 'stopped'], exclude: 'succeeded', always: true });
p.afterProcess(() => undefined, { when: 'cancelled' });
// @ts-expect-error a step that was at work is never cancelled
p.afterStep(() => undefined, { when: 'cancelled' });
// @ts-expect-error a run is never cancelled
flow.afterFlow(() => undefined, { exclude: 'cancelled' });
// @ts-expect-error nothing has ended before the work
p.beforeStep(() => undefined, { when: 'failed' });
// @ts-expect-error nor can it run always
p.beforeStep(() => undefined, { always: true });
// @ts-expect-error a typing error
p.beforeStep(() => undefined, { onlyfor: 'a' });
// @ts-expect-error it is asked right before, and cannot wait
p.beforeStep(() => undefined, { if: async () => true });

// Each level has the kinds that it can be about.
// @ts-expect-error a process has no say about its flow
void p.beforeFlow;
// @ts-expect-error a step has none about its process
void a.beforeProcess;

// The methods chain, and keep the type of what they were called on.
expectTypeOf(a.beforeStep(() => undefined)).toEqualTypeOf(a);
expectTypeOf(p.afterProcess(() => undefined).disableDefaults()).toEqualTypeOf(p);
expectTypeOf(flow.afterFlow(() => undefined).disableDefaults()).toEqualTypeOf(flow);

flows.records({
  flow: { insert: (record) => expectTypeOf(record).toEqualTypeOf<FlowRecord>() },
  process: { update: (record) => expectTypeOf(record).toEqualTypeOf<ProcessRecord>() },
  step: { insert: (record) => expectTypeOf(record).toEqualTypeOf<StepRecord>(), update: undefined },
});
flows.records(undefined);
// @ts-expect-error there is no such kind
flows.records({ steps: {} });
// @ts-expect-error there is no such hook
flows.records({ step: { onInsert: () => 1 } });
