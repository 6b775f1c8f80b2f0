import { key, settled } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, throwing } from './bench.ts';
import { lateWriter } from './late-writer.ts';

const amount = key<number>('amount');

describe('keys', () => {
  //   a ── b ── c      aside
  test('a value is seen by the step itself and by those after it, not by others', async () => {
    const { flow, p } = bench();
    const a = p.customStep((s) => {
      s.set(amount, 1);
      return s.get(amount);
    }, 'a');
    const c = p.customStep((s) => s.get(amount), 'b', a).next((s) => s.get(amount), 'c');
    const aside = p.customStep((s) => s.get(amount), 'aside');
    const result = await flow.run();
    expect([result.value(a), result.value('b'), result.value(c), result.value(aside)]).toEqual([1, 1, 1, undefined]);
  });

  test('the nearest writer on the way back wins', async () => {
    const { flow, p } = bench();
    const end = p
      .customStep((s) => s.set(amount, 1), 'a')
      .next((s) => s.set(amount, 2), 'b')
      .next(() => undefined, 'c')
      .next((s) => s.get(amount), 'd');
    expect((await flow.run()).value(end)).toBe(2);
  });

  //   a ─┬─ b (sets) ─┐
  //      └────────────┴─ reader
  test('a writer that comes after another one hides it, on whatever way it is reached', async () => {
    const { flow, p } = bench();
    const b = p.customStep((s) => s.set(amount, 2), 'b', 'a');
    const a = p.customStep((s) => s.set(amount, 1), 'a');
    const reader = p.customStep((s) => s.get(amount), 'reader', a, b);
    expect((await flow.run()).value(reader)).toBe(2);
  });

  //   first ──┐
  //           ├── reader      second ends before first
  //   second ─┘
  const orders = [['first', 'second'], ['second', 'first']] as const;
  test.for(orders)('of writers side by side the later declared one wins, when %s ends before %s', async (order) => {
    const { flow, p } = bench();
    const steps = hands('first', 'second');
    p.parallel(steps.first, steps.second);
    const reader = p.customStep((s) => s.get(amount), 'reader', 'second', 'first');
    const run = flow.start();
    const calls = { first: await steps.first.started(run.done), second: await steps.second.started(run.done) };
    calls.first.s.set(amount, 1);
    calls.second.s.set(amount, 2);
    for (const name of order) calls[name].succeed();
    expect((await run.done).value(reader)).toBe(2);
  });

  test('undefined is a value, and hides what is behind it', async () => {
    const { flow, p } = bench<{ readonly amount: number }>();
    const reader = p.customStep((s) => s.set('amount', undefined), 'a').next((s) => [s.get('amount'), s.input.amount], 'reader');
    expect((await flow.run({ amount: 7 })).value(reader)).toEqual([undefined, 7]);
  });

  test('what a failed step set is seen by those that run after it', async () => {
    const { flow, p } = bench();
    const bad = p.customStep((s) => {
      s.set(amount, 5);
      throwing()();
    }, 'bad');
    const reader = p.customStep((s) => s.get(amount), 'reader', settled(bad));
    expect((await flow.run()).value(reader)).toBe(5);
  });

  test('what an earlier attempt set is there for the next', async () => {
    const { flow, p } = bench();
    const a = p.customStep((s) => {
      const before = s.get(amount);
      s.set(amount, s.attempt);
      if (s.attempt < 3) throw new Error('broken');
      return before;
    }, 'a').stepRetry(2);
    expect((await flow.run()).value(a)).toBe(2);
  });

  test('what an optional ancestor set counts only if it had ended', async () => {
    const { look } = lateWriter(bench(), amount);
    await look((s) => expect(s.get(amount)).toBeUndefined());
  });

  test('values go through the processes that are ordered', async () => {
    const { flow, p } = bench();
    p.customStep((s) => s.set(amount, 3), 'a').next(() => undefined, 'b');
    const reader = flow.process('q').after(p).customStep((s) => s.get(amount), 'reader');
    expect((await flow.run()).value(reader)).toBe(3);
  });

  test('two runs do not share values', async () => {
    const { flow, p } = bench<number>();
    const end = p.customStep((s) => s.set(amount, s.input), 'a').next((s) => s.get(amount), 'b');
    const [one, two] = await Promise.all([flow.run(1), flow.run(2)]);
    expect([one.value(end), two.value(end)]).toEqual([1, 2]);
  });
});

//   x1 ── x2 ── x3        a ── b ── c        (a is wired behind x3 when all are registered)
test('NEW-04 a value goes through a chain that was wired later', async () => {
  const { flow, p } = bench();
  const a = p.customStep(() => 'A', 'a');
  const c = a.next(() => 'B', 'b').next((s) => [s.get(amount), s.result(a), s.get('deep')], 'c');
  const x3 = p
    .customStep((s) => s.set('deep', 'down'), 'x1')
    .next(() => undefined, 'x2')
    .next((s) => s.set(amount, 4), 'x3');
  a.after(x3);
  expect((await flow.run()).value(c)).toEqual([4, 'A', 'down']);
});
