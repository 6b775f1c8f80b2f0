import { createFlows, key, step, type Key, type StepContext, type StepHandle } from 'millrace';
import { expectTypeOf } from 'vitest';

// Typed keys carry the type of their value, through every way of reading them.

const flow = createFlows().registerFlow<{ readonly id: string }>('f');
const p = flow.process('p');
const amount = key<number>('amount');
const build = step(() => 'built', 'build');
const a = p.customStep((s) => s.set(amount, 1), 'a');

p.customStep((s) => {
  expectTypeOf(s.get(amount)).toEqualTypeOf<number | undefined>();
  expectTypeOf(s.get('amount')).toEqualTypeOf<unknown>();
  expectTypeOf(s.get<string>('amount')).toEqualTypeOf<string | undefined>();
  expectTypeOf(s.getByStep(a, amount)).toEqualTypeOf<number | undefined>();
  expectTypeOf(s.getByStep('a', 'amount')).toEqualTypeOf<unknown>();
  expectTypeOf(s.endValues(amount)).toEqualTypeOf<ReadonlyMap<string, number>>();
  expectTypeOf(s.endValues('amount')).toEqualTypeOf<ReadonlyMap<string, unknown>>();
  expectTypeOf(s.dependencies).toEqualTypeOf<readonly string[]>();
  // @ts-expect-error the key is of numbers
  s.set(amount, 'one');
  // @ts-expect-error a number is no key
  s.get(7);
  // @ts-expect-error a key is no ref
  s.getByStep(amount, amount);
}, 'reader', a);

// A restriction takes a key or a string, and any ref; it leaves the type of the handle as it is.
const b = p.customStep(() => true, 'b', a);
expectTypeOf(b.restrict(amount, a).restrict('word', 'a').restrict(amount, build)).toEqualTypeOf<StepHandle<'b', boolean, { readonly id: string }>>();
b.restrict(amount, (s: StepContext) => s.name);
// @ts-expect-error a number is no key
b.restrict(7, a);
// @ts-expect-error without a step
b.restrict(amount);
// @ts-expect-error a group is many steps
b.restrict(amount, p.parallel(build));

// A key of numbers is not a key of more.
// @ts-expect-error a wider key could be set to a string
expectTypeOf(amount).toExtend<Key<number | string>>();

// Runs and registries can be strict.
void flow.run({ id: 'x' }, { strict: true, schedule: 'tiers' });
createFlows({ strict: false });
// @ts-expect-error a string is no boolean
void flow.run({ id: 'x' }, { strict: 'yes' });
