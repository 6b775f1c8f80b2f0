import { key, settled, step, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, throwing } from './bench.ts';

interface Input {
  readonly word: string;
}

const given: Input = Object.freeze({ word: 'given' });
const amount = key<number>('amount');

describe('what steps see of one another', () => {
  //   1 ─┬─ 2 ─┬─ 4
  //      └─ 3 ─┘
  test('CTX-01: a key that nobody set is not found, and the search ends', async () => {
    const { flow, p } = bench();
    p.customStep(() => 1, '1');
    p.customStep(() => 2, '2', '1');
    p.customStep(() => 3, '3', '1');
    const end = p.customStep((s) => [s.get('nobody'), s.get(amount), s.endValues('nobody').size], '4', '2', '3');
    expect((await flow.run()).value(end)).toEqual([undefined, undefined, 0]);
  });

  test('CTX-02: the input is visible in all steps of two processes', async () => {
    const { flow, p } = bench<Input>();
    const words: unknown[] = [];
    for (const process of [p, flow.process('q')]) {
      process.parallel(Object.fromEntries(['1', '2', '3'].map((name) => [name, (s: StepContext) => words.push(s.get('word'))])));
    }
    await flow.run(given);
    expect(words).toEqual(Array(6).fill('given'));
  });

  test('CTX-03, D15: a step overrides a key of the input for those after it in its process, and the input stays as it is', async () => {
    const { flow, p } = bench<Input>();
    const input = { word: 'given' };
    const seen = ['p', 'q'].map((name) => {
      const process = name === 'p' ? p : flow.process('q');
      return process
        .customStep((s) => s.set('word', `of ${name}`), '1')
        .next(() => undefined, '2')
        .next((s) => [s.get('word'), s.input.word], '3');
    });
    const aside = p.customStep((s) => s.get('word'), 'aside');
    const result = await flow.run(input);
    expect(seen.map((reader) => result.value(reader))).toEqual([['of p', 'given'], ['of q', 'given']]);
    expect([result.value(aside), input]).toEqual(['given', { word: 'given' }]);
  });

  //   1 ── 2 ── 3
  test('CTX-04: the nearest of two ancestors that set a key counts', async () => {
    const { flow, p } = bench();
    const end = p
      .customStep((s) => s.set('word', 'one'), '1')
      .next((s) => s.set('word', 'two'), '2')
      .next((s) => s.get('word'), '3');
    expect((await flow.run()).value(end)).toBe('two');
  });

  //   1 ─┬─ 2
  //      └─ 3
  test('CTX-05: a step sees the keys of its ancestor and not those of its sibling', async () => {
    const { flow, p } = bench();
    const { two, three } = hands('two', 'three');
    const one = p.customStep((s) => ['a', 'b', 'c'].forEach((name) => s.set(name, 1)), '1');
    p.parallel(two, three).after(one);
    const run = flow.start();
    const [second, third] = [await two.started(run.done), await three.started(run.done)];
    for (const name of ['d', 'e', 'f']) second.s.set(name, 2);
    second.succeed();
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => third.s.get(name))).toEqual([1, 1, 1, undefined, undefined, undefined]);
    third.succeed();
    await run.done;
  });

  test('CTX-14: a key of the input that is named like a step is not its result', async () => {
    const { flow, p } = bench<Readonly<Record<string, string>>>();
    const end = p.customStep(() => 'result', 'a').next((s) => [s.get('a'), s.results.a, s.result('a')], 'b');
    expect((await flow.run({ a: 'input' })).value(end)).toEqual(['input', 'result', 'result']);
  });

  test('CTX-13: a key that is named like a step is not its result', async () => {
    const { flow, p } = bench();
    const end = p
      .customStep((s) => {
        s.set('a', 'key');
        return 'result';
      }, 'a')
      .next((s) => [s.get('a'), s.results.a], 'b');
    expect((await flow.run()).value(end)).toEqual(['key', 'result']);
  });

  test('NEW-25: a result that is undefined or null is a result', async () => {
    const { flow, p } = bench();
    const a = p.customStep(() => undefined, 'a');
    const b = p.customStep(() => null, 'b');
    const end = p.customStep((s) => [s.result(a), s.results, s.outcome(a), s.outcome(b)], 'end', a, b);
    const outcomes = [{ status: 'succeeded', value: undefined }, { status: 'succeeded', value: null }];
    expect((await flow.run()).value(end)).toEqual([undefined, { a: undefined, b: null }, ...outcomes]);
  });

  test('NEW-32: the keys that a step set before it failed are seen by those that run after it', async () => {
    const { flow, p } = bench();
    const bad = p.customStep((s) => {
      s.set(amount, 5);
      throwing()();
    }, 'bad');
    const reader = p.customStep((s) => [s.get(amount), s.getByStep(bad, amount), s.endValues(amount)], 'reader', settled(bad));
    expect((await flow.run()).value(reader)).toEqual([5, 5, new Map([['p/bad', 5]])]);
  });
});

describe('late wiring', () => {
  //   x1 ── … ── x5        a ── b ── c        (a is wired behind x5 when all are registered)
  test('D2, NEW-04: what is wired before the head of a chain is seen at its end: keys, results and side by side', async () => {
    const { flow, p } = bench();
    const chain = p.follow(step((s) => s.set('a', 1), 'a'), step(() => 'B', 'b'));
    const c = p.customStep((s) => [s.get('a'), s.get('x'), s.outcome('a').status, s.outcome('x1').status], 'c', 'b');
    const set = (s: StepContext): void => s.set('x', s.name);
    chain.after(p.follow(step(set, 'x1'), step(set, 'x2'), step(set, 'x3'), step(set, 'x4'), step(set, 'x5')));
    expect((await flow.run()).value(c)).toEqual([1, 'x5', 'succeeded', 'succeeded']);
  });

  //   x ── a ── reader
  test('D3, NEW-05: a value belongs to the step that set it, also when what it waits for was registered later', async () => {
    const { flow, p } = bench();
    const a = p.customStep((s) => s.set(amount, 1), 'a');
    const reader = p.customStep((s) => [[...s.endValues(amount)], s.getByStep(a, amount), s.getByStep('x', amount)], 'reader', a);
    a.after(p.customStep(() => 'X', 'x'));
    expect((await flow.run()).value(reader)).toEqual([[['p/a', 1]], 1, undefined]);
  });

  test('D3: a key restricted to a step gives what that step set, also when that step was wired later', async () => {
    const { flow, p } = bench();
    const a = p.customStep((s) => s.set(amount, 1), 'a');
    const reader = p.customStep((s) => s.get(amount), 'reader', a).restrict(amount, 'x');
    a.after(p.customStep((s) => s.set(amount, 2), 'x'));
    expect((await flow.run()).value(reader)).toBe(2);
  });
});

//   a ─┐
//   b ─┼── reader        whichever ends last
//   c ─┘
test.for([['a', 'b', 'c'], ['c', 'b', 'a'], ['b', 'c', 'a']] as const)('D13, NEW-06: of steps side by side the last declared one wins, when they end as %s, %s, %s', async (order) => {
  const { flow, p } = bench();
  const steps = hands('a', 'b', 'c');
  const reader = p.customStep((s) => [s.get(amount), [...s.endValues(amount).keys()]], 'reader', 'c', 'a', 'b');
  p.parallel(steps.a, steps.b, steps.c);
  const run = flow.start();
  const calls = { a: await steps.a.started(run.done), b: await steps.b.started(run.done), c: await steps.c.started(run.done) };
  for (const name of order) {
    calls[name].s.set(amount, name.charCodeAt(0));
    calls[name].succeed();
  }
  expect((await run.done).value(reader)).toEqual(['c'.charCodeAt(0), ['p/a', 'p/b', 'p/c']]);
});
