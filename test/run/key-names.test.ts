import { key } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass } from './bench.ts';

const amount = key<number>('amount');

describe('the names of keys', () => {
  test('two keys of one name are two keys, and neither is the string', async () => {
    const { flow, p } = bench<{ readonly amount: number }>();
    const other = key<number>('amount');
    const end = p
      .customStep((s) => {
        s.set(amount, 1);
        s.set('amount', 2);
      }, 'a')
      .next((s) => [s.get(amount), s.get(other), s.get('amount')], 'b');
    expect((await flow.run({ amount: 7 })).value(end)).toEqual([1, undefined, 2]);
  });

  test('a string falls back to the own property of the input, a key never does', async () => {
    const { flow, p } = bench<{ readonly amount: number }>();
    const a = p.customStep((s) => [s.get('amount'), s.get(amount), s.get('toString'), s.get('__proto__'), s.get('constructor')], 'a');
    expect((await flow.run({ amount: 7 })).value(a)).toEqual([7, undefined, undefined, undefined, undefined]);
  });

  test.for(['__proto__', 'constructor', 'toString', '10', ''])("'%s' is a key like any other", async (name) => {
    const { flow, p } = bench();
    const end = p.customStep((s) => s.set(name, 'set'), 'a').next((s) => [s.get(name), s.get('other')], 'b');
    expect((await flow.run()).value(end)).toEqual(['set', undefined]);
  });

  test('a step that has ended sets nothing any more', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const run = flow.start();
    const call = await pass(run, a);
    await b.started(run.done);
    expect(() => call.s.set(amount, 1)).toThrow(expect.objectContaining({ code: 'step-ended' }));
    b.calls[0]?.succeed();
    await run.done;
  });
});
