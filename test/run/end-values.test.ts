import { key, step, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench } from './bench.ts';
import { lateWriter } from './late-writer.ts';

const amount = key<number>('amount');
const setting = (name: string) => step((s: StepContext) => s.set(amount, Number(name)), name);
const reading = (s: StepContext): readonly (readonly [string, number])[] => [...s.endValues(amount)];

describe('s.endValues', () => {
  //   1 ─┐
  //   2 ─┼── end
  //   3 ─┘
  test('CTX-19: a join sees what all three have set, in declaration order', async () => {
    const { flow, p } = bench();
    const group = p.parallel(setting('1'), setting('2'), setting('3'));
    const end = p.customStep(reading, 'end', group);
    expect((await flow.run()).value(end)).toEqual([['p/1', 1], ['p/2', 2], ['p/3', 3]]);
  });

  //       ┌─ 1 ─┐
  //   0 ──┼─ 2 ─┼── end
  //       └─ 3 ─┘
  test('CTX-20: what a later step has set covers what an earlier one has', async () => {
    const { flow, p } = bench();
    const first = p.follow(setting('0'));
    const end = p.customStep(reading, 'end', p.parallel(setting('1'), setting('2'), setting('3')).after(first), first);
    expect((await flow.run()).value(end)).toEqual([['p/1', 1], ['p/2', 2], ['p/3', 3]]);
  });

  //   0 ── {1, 2, 3} ── 4 (sets) ── end
  test('CTX-21: a join that sets the key again is the only one that the next join sees', async () => {
    const { flow, p } = bench();
    p.parallel(setting('1'), setting('2'), setting('3')).after(p.follow(setting('0')));
    const four = p.syncAll((s) => {
      const before = reading(s);
      s.set(amount, 4);
      return [before, reading(s)];
    }, '4');
    const end = p.syncAll(reading, 'end');
    const result = await flow.run();
    expect(result.value(four)).toEqual([[['p/1', 1], ['p/2', 2], ['p/3', 3]], [['p/4', 4]]]);
    expect(result.value(end)).toEqual([['p/4', 4]]);
  });

  test('does not count the input, and knows undefined as a value', async () => {
    const { flow, p } = bench<{ readonly word: string }>();
    const a = p.customStep((s) => s.endValues('word').size, 'a');
    const b = p.customStep((s) => s.set('word', undefined), 'b', a).next((s) => [...s.endValues('word')], 'c');
    const result = await flow.run({ word: 'given' });
    expect([result.value(a), result.value(b)]).toEqual([0, [['p/b', undefined]]]);
  });

  test('is empty when nobody set a key, also when other keys are set', async () => {
    const { flow, p } = bench();
    const end = p.customStep((s) => s.set('other', 1), 'a').next(reading, 'end');
    expect((await flow.run()).value(end)).toEqual([]);
  });

  test('goes through the processes that are ordered', async () => {
    const { flow, p } = bench();
    p.parallel(setting('1'), setting('2'));
    const end = flow.process('q').after(p).customStep(reading, 'end');
    expect((await flow.run()).value(end)).toEqual([['p/1', 1], ['p/2', 2]]);
  });

  test('leaves out an ancestor that had not ended when the step started', async () => {
    const made = bench();
    const { look } = lateWriter(made, amount, made.p.follow(setting('1')));
    await look((s) => expect([...s.endValues(amount)]).toEqual([['p/1', 1]]));
  });
});
