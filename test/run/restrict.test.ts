import { createFlows, key, settled, step, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';
import { issuesOf } from '../define/issues.ts';
import { bench } from './bench.ts';
import { lateWriter } from './late-writer.ts';

const amount = key<number>('amount');
const nothing = (): undefined => undefined;

describe('restrict', () => {
  const two = (s: StepContext): void => s.set(amount, 2);

  //   1 ─┬─ 2 ─┬─ 4
  //      └─ 3 ─┘
  test.for<[string, string | typeof two]>([['a name', '2'], ['a path', 'p/2'], ['a function', two], ['a handle', 'handle']])(
    'CTX-23: a key is read from the step that %s names, although others side by side set it',
    async ([, ref]) => {
      const { flow, p } = bench();
      p.customStep((s) => s.set(amount, 1), '1');
      const second = p.customStep(two, '2', '1');
      p.customStep((s) => s.set(amount, 3), '3', '1');
      const end = p.customStep((s) => s.get(amount), '4', '2', '3').restrict(amount, ref === 'handle' ? second : ref);
      expect((await flow.run()).value(end)).toBe(2);
    },
  );

  test('a token names a step too', async () => {
    const { flow, p } = bench();
    const build = step((s: StepContext) => s.set(amount, 1), 'build');
    const group = p.follow(build, step((s) => s.set(amount, 2), 'test'));
    const end = p.customStep((s) => s.get(amount), 'end', group).restrict(amount, build);
    expect((await flow.run()).value(end)).toBe(1);
  });

  test('what the step did not set is undefined: nothing else counts, neither other ancestors, nor the step itself, nor the input', async () => {
    const { flow, p } = bench<{ readonly word: string }>();
    const end = p
      .customStep(nothing, 'a')
      .next((s) => s.set('word', 'of b'), 'b')
      .next((s) => {
        s.set('word', 'own');
        return [s.get('word'), s.getByStep('b', 'word'), [...s.endValues('word')], s.input.word];
      }, 'c')
      .restrict('word', 'a');
    expect((await flow.run({ word: 'given' })).value(end)).toEqual([undefined, 'of b', [['p/c', 'own']], 'given']);
  });

  test('holds for its key and its step alone, the last one for a key counts, and undefined can be what was set', async () => {
    const { flow, p } = bench();
    const a = p.customStep((s) => ['x', 'y'].forEach((name) => s.set(name, 'a')), 'a');
    const b = a.next((s) => ['x', 'y'].forEach((name) => s.set(name, undefined)), 'b');
    const read = (s: StepContext): readonly unknown[] => [s.get('x'), s.get('y')];
    const ends = [b.next(read, 'c').restrict('x', b).restrict('x', a), b.next(read, 'd').restrict('x', b), b.next(read, 'e')];
    const result = await flow.run();
    expect(ends.map((end) => result.value(end))).toEqual([['a', undefined], [undefined, undefined], [undefined, undefined]]);
  });

  test('reaches into a process that goes before', async () => {
    const { flow, p } = bench();
    const a = p.customStep((s) => s.set(amount, 1), 'a');
    a.next((s) => s.set(amount, 2), 'b');
    const end = flow.process('q').after(p).customStep((s) => s.get(amount), 'end').restrict(amount, a);
    expect((await flow.run()).value(end)).toBe(1);
  });

  test('a step that had not ended when the reader started gives undefined', async () => {
    const { reader, look } = lateWriter(bench(), amount);
    reader.restrict(amount, 'late');
    await look((s) => expect(s.get(amount)).toBeUndefined());
  });
});

describe('what restrict refuses', () => {
  test('CTX-24, CTX-25: a step that is not waited for, and the step itself', () => {
    const { flow, p } = bench();
    p.customStep(nothing, 'build');
    p.customStep(nothing, 'test');
    p.customStep(nothing, 'ship', 'build').restrict('version', 'test').restrict(amount, 'ship');
    expect(issuesOf(flow)).toEqual([
      { code: 'not-an-ancestor', at: 'p/ship', message: "step 'ship' restricts key 'version' to 'test', which it does not wait for; add it to its timings, or name a step that it waits for" },
      { code: 'not-an-ancestor', at: 'p/ship', message: "step 'ship' restricts key 'amount' to itself; name a step that it waits for" },
    ]);
  });

  test('a step that is not there, with the nearest name, besides the other problems', () => {
    const { flow, p } = bench();
    p.customStep(nothing, 'build');
    p.customStep(nothing, 'ship', 'biuld').restrict('version', 'biuld');
    expect(issuesOf(flow).map(({ code }) => code)).toEqual(['unknown-step', 'unknown-step']);
    expect(issuesOf(flow)[1]?.message).toBe("step 'ship' restricts key 'version' to a step that cannot be found: there is no step 'biuld' in flow 'f'; did you mean 'build'?");
  });

  test('a handle of another flow, and a step of a process that does not go before', () => {
    const { flow, p } = bench();
    const stranger = createFlows().flowWithProcess('other').customStep(nothing, 'a');
    const aside = flow.process('q').customStep(nothing, 'aside');
    p.customStep(nothing, 'ship').restrict('version', stranger).restrict('word', aside);
    expect(issuesOf(flow).map(({ code, message }) => [code, message.includes("'q/aside'")])).toEqual([['unknown-step', false], ['not-an-ancestor', true]]);
  });

  test('steps that wait for one another', () => {
    const { flow, p } = bench();
    p.customStep(nothing, 'a', 'b').restrict('word', 'b');
    p.customStep(nothing, 'b', 'a');
    expect(issuesOf(flow).map(({ code }) => code)).toEqual(['cycle']);
  });

  test('what is no key, at once, and changes when the definition is frozen', async () => {
    const { flow, p } = bench();
    const a = p.customStep(nothing, 'a');
    const b = p.customStep(nothing, 'b', settled(a));
    expect(() => b.restrict(7 as never, a)).toThrow("a key that step 'p/b' restricts is 7; give a string, or a key made by key('name')");
    await flow.run();
    expect(() => b.restrict('word', a)).toThrow(expect.objectContaining({ code: 'frozen' }));
  });
});
