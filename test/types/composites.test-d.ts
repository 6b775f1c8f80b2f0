import { createFlows, type FlowResult, type Outcome, type StepHandle } from 'millrace';
import { expectTypeOf } from 'vitest';
import type { StandardSchemaV1 } from '@standard-schema/spec';

interface Order {
  readonly id: string;
  readonly lines: readonly string[];
}

const flows = createFlows();
const flow = flows.registerFlow<Order>('order');
const p = flow.process('fulfil');
const list = p.customStep((s) => s.input.lines, 'list');
const count = p.customStep((s) => s.input.lines.length, 'count');
const yes = (): boolean => true;
declare const approval: StandardSchemaV1<unknown, { readonly by: string }>;

// What waits has no value, apart from a signal.
expectTypeOf(p.waitFor((s) => s.input.id !== '', 'poll')).toEqualTypeOf<StepHandle<'poll', undefined, Order>>();
expectTypeOf(p.waitFor(async () => Promise.resolve(true), 'later', { every: '5s', timeout: '30d' })).toEqualTypeOf<StepHandle<'later', undefined, Order>>();
p.waitFor((s) => s.results.count > s.result(count), 'counted', {}, count);
expectTypeOf(p.sleep('30d', 'rest')).toEqualTypeOf<StepHandle<'rest', undefined, Order>>();
expectTypeOf(p.sleep((s) => s.input.lines.length, 'some')).toEqualTypeOf<StepHandle<'some', undefined, Order>>();
expectTypeOf(p.sleepUntil(new Date(0), 'moment')).toEqualTypeOf<StepHandle<'moment', undefined, Order>>();
p.sleepUntil((s) => Number(s.input.id), 'at');
expectTypeOf(p.waitForSignal('any')).toEqualTypeOf<StepHandle<'any', unknown, Order>>();
expectTypeOf(p.waitForSignal('approve', { schema: approval, timeout: '7d' })).toEqualTypeOf<StepHandle<'approve', { readonly by: string }, Order>>();

// @ts-expect-error a condition answers yes or no
p.waitFor(() => 1, 'poll');
// @ts-expect-error a promise of something else is no answer
p.waitFor(async () => Promise.resolve('yes'), 'poll');
// @ts-expect-error a step that is no timing has no result here
p.waitFor((s) => s.results.count > 0, 'poll');
// @ts-expect-error options come before timings
p.waitFor(yes, 'poll', count);
// @ts-expect-error a misspelt option
p.waitFor(yes, 'poll', { evry: 1 });
// @ts-expect-error a duration has a unit that exists
p.sleep('3 weeks', 'rest');
// @ts-expect-error a moment is a date or a number
p.sleepUntil('2026-01-01', 'moment');
// @ts-expect-error a function is no schema
p.waitForSignal('approve', { schema: yes });
// @ts-expect-error a name has no slash
p.sleep(1, 'a/b');

// The value of a body is that of the step it returns.
const group = p.group((scope) => {
  const open = scope.customStep((s) => s.result(list).length, 'open');
  return scope.customStep((s) => s.results.open > 0, 'any', open);
}, 'group');
expectTypeOf(group).toEqualTypeOf<StepHandle<'group', boolean, Order>>();
expectTypeOf(p.group(() => undefined, 'none')).toEqualTypeOf<StepHandle<'none', undefined, Order>>();
expectTypeOf(p.group((scope) => void scope.customStep(yes, 'a'), 'void')).toEqualTypeOf<StepHandle<'void', undefined, Order>>();
p.customStep((s) => s.results.group satisfies boolean, 'reader', group);
p.group((scope) => scope.customStep((s) => s.input.id.length, 'typed'), 'input');
// @ts-expect-error a body returns a step
p.group(() => 7, 'group');
// @ts-expect-error a body is not async
p.group(async (scope) => Promise.resolve(scope.customStep(yes, 'a')), 'group');
// @ts-expect-error a group has no item
p.group((scope) => void scope.item, 'group');
// @ts-expect-error a body cannot merge
p.group((scope) => void scope.merge, 'group');

// A case without otherwise may have no value.
const single = p.case((s) => s.input.id === 'a', 'single', (scope) => scope.customStep(() => 1, 'one'));
expectTypeOf(single).toEqualTypeOf<StepHandle<'single', number | undefined, Order>>();
const both = p.case(yes, 'both', (scope) => scope.customStep(() => 1, 'one'), (scope) => scope.customStep(() => 'b', 'other'));
expectTypeOf(both).toEqualTypeOf<StepHandle<'both', number | string, Order>>();
expectTypeOf(p.case(yes, 'half', (scope) => scope.customStep(() => 1, 'one'), () => undefined)).toEqualTypeOf<StepHandle<'half', number | undefined, Order>>();
// @ts-expect-error a condition answers yes or no
p.case((s) => s.input.id, 'bad', () => undefined);
// @ts-expect-error a case has a body
p.case(yes, 'bad');

// The value of a loop and of a retry is that of the last time; the condition of a loop knows it.
const loop = p.loopUntil((scope) => scope.customStep(() => ({ done: true }), 'try'), 'loop', (s, value, iteration) => {
  expectTypeOf(value).toEqualTypeOf<{ done: boolean }>();
  expectTypeOf(iteration).toEqualTypeOf<number>();
  return value.done && s.input.id !== '';
}, { max: 3, every: '1s' });
expectTypeOf(loop).toEqualTypeOf<StepHandle<'loop', { done: boolean }, Order>>();
p.loopUntil(() => undefined, 'empty', (_, value: undefined) => value === undefined);
// @ts-expect-error the value is not a number
p.loopUntil((scope) => scope.customStep(() => 'text', 'try'), 'bad', (_, value) => value - 1 > 3);
// @ts-expect-error a loop has a condition
p.loopUntil((scope) => scope.customStep(yes, 'try'), 'bad', { max: 3 });
// @ts-expect-error a condition answers yes or no
p.loopUntil((scope) => scope.customStep(yes, 'try'), 'bad', () => 'yes');

expectTypeOf(p.retry((scope) => scope.customStep(() => 1, 'try'), 'again', 3)).toEqualTypeOf<StepHandle<'again', number, Order>>();
p.retry(() => undefined, 'policy', { retries: 3, delay: '1s' });
p.retry(() => undefined, 'handler', (s, error, attempt) => s.input.id !== error.message && attempt < 3);
p.retry(() => undefined, 'async', async () => Promise.resolve(true));
// @ts-expect-error a policy or a handler is needed
p.retry(() => undefined, 'bad');
// @ts-expect-error a handler answers yes or no
p.retry(() => undefined, 'bad', () => 3);

// forEach: a list, the value of a step, or a function; the item is read by its ref.
const lines = p.forEach(list, 'lines', (each) => each.customStep((s) => {
  expectTypeOf(s.result(each.item)).toEqualTypeOf<string>();
  expectTypeOf(s.result(each.index)).toEqualTypeOf<number>();
  return s.result(each.item).length;
}, 'pack'));
expectTypeOf(lines).toEqualTypeOf<StepHandle<'lines', readonly number[], Order>>();
const collected = p.forEach([1, 2], 'collected', (each) => each.customStep((s) => s.result(each.item) > 1, 'big'), { onError: 'collect', concurrency: 2 });
expectTypeOf(collected).toEqualTypeOf<StepHandle<'collected', readonly Outcome<boolean>[], Order>>();
const fast = p.forEach((s) => s.input.lines, 'fast', (each) => each.customStep((s) => s.result(each.item), 'x'), { onError: 'fail-fast', key: (item) => item });
expectTypeOf(fast).toEqualTypeOf<StepHandle<'fast', readonly string[], Order>>();
async function* pages(): AsyncGenerator<{ readonly page: number }> {
  yield await Promise.resolve({ page: 1 });
}
p.forEach(pages, 'pages', (each) => each.customStep((s) => s.result(each.item).page, 'page'));
p.forEach(async () => Promise.resolve([1]), 'later', (each) => each.customStep((s) => s.result(each.item).toFixed(), 'x'));
p.forEach(list, 'nested', (outer) => outer.forEach((s) => [...s.result(outer.item)], 'letters', (inner) => inner.customStep((s) => s.result(inner.item) + s.result(outer.item), 'x')));
expectTypeOf(p.forEach([1], 'nothing', () => undefined)).toEqualTypeOf<StepHandle<'nothing', readonly undefined[], Order>>();
// @ts-expect-error a number cannot be gone through
p.forEach(count, 'bad', () => undefined);
// @ts-expect-error an item is a number
p.forEach([1], 'bad', (each) => each.customStep((s) => s.result(each.item) satisfies string, 'x'));
// @ts-expect-error there is no such mode
p.forEach([1], 'bad', () => undefined, { onError: 'ignore' });
// @ts-expect-error a key is a text or a number
p.forEach([1], 'bad', () => undefined, { key: (item) => ({ item }) });
// @ts-expect-error the item of a body is no timing
p.forEach([1], 'bad', (each) => each.customStep(yes, 'x', each.item));
// @ts-expect-error the item of a body is no step, so the body cannot return it
p.forEach([1], 'bad', (each) => each.index);
// @ts-expect-error an item has no outcome
p.forEach([1], 'bad', (each) => each.customStep((s) => s.outcome(each.item), 'x'));
// @ts-expect-error a key is set by a step, not by an item
p.forEach([1], 'bad', (each) => each.customStep(yes, 'x').restrict('key', each.item));
p.forEach(['a'], 'named', (each) => {
  const item = each.customStep(() => 1, 'item');
  each.customStep((s) => {
    expectTypeOf(s.result(item)).toEqualTypeOf<number>();
    expectTypeOf(s.result(each.item)).toEqualTypeOf<string>();
  }, 'reader', item).when((s) => s.result(each.item) === 'a');
});

// call: the input of the other flow is made, and its result is the value.
const billing = flows.registerFlow<{ readonly amount: number }>('billing');
expectTypeOf(p.call(billing, 'bill', (s) => ({ amount: s.input.lines.length }))).toEqualTypeOf<StepHandle<'bill', FlowResult, Order>>();
p.call(billing, 'async', async () => Promise.resolve({ amount: 1 }));
p.call(flows.registerFlow('plain'), 'plain', () => undefined);
// @ts-expect-error the input of billing has an amount
p.call(billing, 'bad', () => ({ total: 1 }));
// @ts-expect-error the amount is a number
p.call(billing, 'bad', (s) => ({ amount: s.input.id }));
// @ts-expect-error the input has to be made
p.call(billing, 'bad');
// @ts-expect-error a process is not a flow
p.call(p, 'bad', () => undefined);

// A composite step is configured like any other, and a flow may be nothing but steps in a row.
group.after(list).when((s) => s.input.id !== '').stepTimeout('1h').tag('x');
lines.next((s) => s.results.lines.length, 'packed');
flow.steps((steps) => {
  steps.customStep((s) => s.input.id, 'first');
  steps.sleep('1s', 'rest');
}).stepRetry(2);
