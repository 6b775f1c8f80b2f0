import { createFlows, key, type Comparable, type ConditionContext, type Outcome, type StepHandle } from 'millrace';
import { expectTypeOf } from 'vitest';

// Keys and expected values of conditions fit, and conditions return the typed handle.

interface Order {
  readonly id: string;
}

const p = createFlows().registerFlow<Order>('f').process('p');
const a = p.customStep(() => 1, 'a');

const attempts = key<number>('attempts');
const isPaid = key<boolean>('isPaid');
const tier = key<'free' | 'paid'>('tier');
const due = key<Date>('due');
const amount = key<bigint | undefined>('amount');
declare const money: Comparable;
const price = key<Comparable>('price');

expectTypeOf(a.eq(attempts, 1).neq(tier, 'free').gt(attempts, 1).gte(due, new Date()).lt('any', 'text').lte(isPaid, true)).toEqualTypeOf<
  StepHandle<'a', number, Order>
>();
expectTypeOf(a.when((s) => s.input.id === 'o-1').or().when(() => true).skipWithDependents({ except: ['b', a] })).toEqualTypeOf<
  StepHandle<'a', number, Order>
>();
a.gt(price, money).lte(price, money).gt(amount, 1n).eq(amount, undefined);
a.eq('any', { any: 'thing' }).eq('any', null).skipWithDependents().skipWithDependents({});

// @ts-expect-error the key holds numbers
a.eq(attempts, '1');
// @ts-expect-error there is no such tier
a.neq(tier, 'gold');
// @ts-expect-error the key holds dates
a.gt(due, 1);
// @ts-expect-error booleans have no order
a.gt(isPaid, true);
// @ts-expect-error booleans have no order
a.lt('any', true);
// @ts-expect-error a plain object has no order
a.gte('any', {});
// @ts-expect-error a number is no key
a.eq(1, 1);
// @ts-expect-error a comparison needs a value
a.eq('any');

a.when((s) => {
  expectTypeOf(s).toEqualTypeOf<ConditionContext<Order>>();
  expectTypeOf(s.get(attempts)).toEqualTypeOf<number | undefined>();
  expectTypeOf(s.result(a)).toEqualTypeOf<number>();
  expectTypeOf(s.outcome(a)).toEqualTypeOf<Outcome<number>>();
  // @ts-expect-error a condition sets nothing
  void s.set;
  // @ts-expect-error the input is read
  s.input = { id: 'other' };
  return true;
});
// @ts-expect-error a predicate answers at once
a.when(async () => true);
// @ts-expect-error a predicate answers
a.when(() => undefined);
// @ts-expect-error the predicate wants another input
a.when((s: ConditionContext<{ readonly other: number }>) => s.input.other > 1);
// @ts-expect-error exceptions are refs
a.skipWithDependents({ except: [1] });
// @ts-expect-error exceptions are a list
a.skipWithDependents({ except: 'b' });
