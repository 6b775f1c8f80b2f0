import { anyOf, failed, NotVisibleError, optional, settled, step, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass } from './bench.ts';

const nothing = (): undefined => undefined;
const asked = (s: StepContext): readonly string[] => s.dependencies;

describe('s.dependencies', () => {
  test('names what the timings name, in their order, through groups and derived timings, each once', async () => {
    const { flow, p } = bench();
    const group = p.parallel(step(nothing, 'b'), step(nothing, 'a'));
    const other = p.follow(step(nothing, 'd'), step(nothing, 'c'));
    p.customStep(nothing, 'f');
    p.customStep(nothing, 'e');
    const end = p.customStep(asked, 'end', other, 'a', anyOf('f', group, settled('d', 'e')), optional('e', 'f')).after('d');
    expect((await flow.run()).value(end)).toEqual(['d', 'c', 'a', 'f', 'b', 'e']);
  });

  test('is empty for a step without timings, also in a process that is ordered, and for an always step', async () => {
    const { flow, p } = bench();
    const a = p.customStep(asked, 'a');
    const always = p.always(asked, 'last');
    const b = flow.process('q').after(p).customStep(asked, 'b');
    const result = await flow.run();
    expect([a, always, b].map((reader) => result.value(reader))).toEqual([[], [], []]);
  });

  test('has the leaves for syncAll, the one before for next, and what a failed timing names', async () => {
    const { flow, p } = bench();
    const a = p.customStep(nothing, 'a');
    const next = a.next(asked, 'next');
    p.customStep(nothing, 'other');
    const all = p.syncAll(asked, 'all');
    const handler = p.customStep(asked, 'handler', settled(failed(a), 'other'));
    const result = await flow.run();
    expect([next, all, handler].map((reader) => result.value(reader))).toEqual([['a'], ['next', 'other'], ['a', 'other']]);
  });

  test('is frozen, because all runs share it', async () => {
    const { flow, p } = bench();
    const end = p.customStep(nothing, 'a').next((s) => Object.isFrozen(s.dependencies), 'end');
    expect((await flow.run()).value(end)).toBe(true);
  });
});

describe('s.getByStep', () => {
  //   a ── b ── reader      aside
  test('gives what each ancestor itself set, covered or not', async () => {
    const { flow, p } = bench();
    const end = p
      .customStep((s) => s.set('word', 'of a'), 'a')
      .next((s) => s.set('word', 'of b'), 'b')
      .next(nothing, 'c')
      .next((s) => ['a', 'b', 'c'].map((name) => s.getByStep(name, 'word')), 'end');
    expect((await flow.run()).value(end)).toEqual(['of a', 'of b', undefined]);
  });

  test('refuses a step that is no ancestor, and one that had not ended', async () => {
    const { flow, p } = bench();
    const { late, reader } = hands('late', 'reader');
    p.parallel(late);
    const aside = p.customStep(nothing, 'aside');
    p.customStep(reader.run, 'reader', optional(late));
    const run = flow.start();
    const { s } = await reader.started(run.done);
    await pass(run, late);
    expect(() => s.getByStep(aside, 'word')).toThrow(NotVisibleError);
    expect(() => s.getByStep('late', 'word')).toThrow(NotVisibleError);
    reader.calls[0]?.succeed();
    await run.done;
  });
});
