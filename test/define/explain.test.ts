import { createFlows, step, type Flow, type StepExplanation } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, wrong } from './issues.ts';

const one = (): number => 1;

/** All levels, the first one first, and who speaks there for the step `p/a`. */
const levels = [['step', 'p/a'], ['process', 'p'], ['flow', 'f'], ['merged', 'billing/bill/a'], ['registry', '']] as const;
type Level = (typeof levels)[number][0];

/** A flow in which these levels say something about `p/a`: how often it is tried again, and how long an attempt may take. */
function saying(words: Partial<Readonly<Record<Level, { readonly retries: number; readonly timeout: number }>>>, work: () => unknown = one): Flow {
  const { step: own, process, flow: ofFlow, merged, registry } = words;
  const flows = createFlows({ stepRetry: registry?.retries, stepTimeout: registry?.timeout });
  const flow = flows.registerFlow('f');
  const p = flow.process('p');
  const source = flows.registerFlow('billing').process('bill');
  const from = source.customStep(work, 'a');
  if (merged !== undefined) from.stepRetry(merged.retries).stepTimeout(merged.timeout);
  p.merge(source);
  if (own !== undefined) p.customStep(work, 'a').stepRetry(own.retries).stepTimeout(own.timeout);
  if (process !== undefined) p.stepRetry(process.retries).stepTimeout(process.timeout);
  if (ofFlow !== undefined) flow.stepRetry(ofFlow.retries).stepTimeout(ofFlow.timeout);
  return flow;
}

function short({ stepRetry, stepTimeout }: StepExplanation): readonly unknown[] {
  return [stepRetry.value?.retries, stepRetry.level, stepRetry.from, stepTimeout.value, stepTimeout.level, stepTimeout.from];
}

/** A step that always fails, and how often it was tried. */
function counted(): { readonly work: () => never; readonly attempts: () => number } {
  let attempts = 0;
  const work = (): never => {
    attempts += 1;
    throw new Error('broken');
  };
  return { work, attempts: () => attempts };
}

describe('the settings of a step', () => {
  test.for(levels)('CFG-04: D9: NEW-24: %s goes before all levels after it, and is inherited', async ([level, from]) => {
    const at = levels.findIndex(([other]) => other === level);
    const words = Object.fromEntries(levels.slice(at).map(([other], behind) => [other, { retries: 1 + behind, timeout: 10 + behind }]));
    expect(short(saying(words).explain('a'))).toEqual([1, level, from, 10, level, from]);
    const broken = counted();
    const flow = saying({ [level]: { retries: 2, timeout: 10_000 } }, broken.work);
    expect(short(flow.explain('a'))).toEqual([2, level, from, 10_000, level, from]);
    await flow.run();
    expect(broken.attempts()).toBe(3);
  });

  test.for(levels)('NEW-24: an explicit 0 of %s overrides all levels after it', async ([level, from]) => {
    const at = levels.findIndex(([other]) => other === level);
    const words = Object.fromEntries(levels.slice(at).map(([other], behind) => [other, { retries: behind === 0 ? 0 : 3, timeout: 10_000 }]));
    const broken = counted();
    const flow = saying(words, broken.work);
    expect(short(flow.explain('a')).slice(0, 3)).toEqual([0, level, from]);
    expect((await flow.run()).status).toBe('failed');
    expect(broken.attempts()).toBe(1);
  });

  test('without a word of anyone it is the default', () => {
    expect(short(saying({}).explain('a'))).toEqual([undefined, 'default', '', undefined, 'default', '']);
  });

  test('each setting goes its own way', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a').stepRetry(2);
    flow.stepTimeout('2s');
    expect(short(flow.explain(a))).toEqual([2, 'step', 'p/a', 2_000, 'flow', 'f']);
  });

  test('of merged steps the first one that says something holds, through merges of merges', () => {
    const { flow, p } = definition();
    const base = flow.process('base');
    const [silent, middle] = [flow.process('silent'), createFlows().registerFlow('f').process('middle')];
    base.customStep(one, 'a').stepRetry(1).stepTimeout(100);
    silent.customStep(one, 'a');
    middle.merge(base);
    middle.customStep(one, 'a').stepRetry(2);
    for (const source of [silent, middle, base, flow.process('empty')]) p.merge(source);
    expect(short(flow.explain('p/a'))).toEqual([2, 'merged', 'middle/a', 100, 'merged', 'base/a']);
    const other = createFlows({ stepTimeout: 5 }).registerFlow('other');
    other.process('o').merge(p);
    expect(short(other.explain('a'))).toEqual([2, 'merged', 'f/middle/a', 100, 'merged', 'f/base/a']);
  });
});

describe('the settings of its process and flow', () => {
  test('D9: the timeout of a process is inherited from flow and registry', () => {
    const flow = createFlows({ processTimeout: 3 }).registerFlow('f');
    const p = flow.process('p');
    p.customStep(one, 'a');
    const found = [flow.explain('a').processTimeout];
    flow.processTimeout(2);
    found.push(flow.explain('a').processTimeout);
    p.processTimeout(1);
    found.push(flow.explain('a').processTimeout);
    expect(found).toEqual([
      { value: 3, level: 'registry', from: '' },
      { value: 2, level: 'flow', from: 'f' },
      { value: 1, level: 'process', from: 'p' },
    ]);
  });

  test('limits are not inherited', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a');
    flow.concurrency(4);
    expect(flow.explain('a')).toMatchObject({
      processConcurrency: { value: undefined, level: 'default', from: '' },
      flowConcurrency: { value: 4, level: 'flow', from: 'f' },
    });
    p.concurrency(2);
    expect(flow.explain('a').processConcurrency).toEqual({ value: 2, level: 'process', from: 'p' });
  });
});

describe('explain', () => {
  test('takes a name, a path, a handle, a token and a function, of a frozen flow too', () => {
    const { flow, p } = definition();
    const [work, token] = [(): number => 1, step(one, 'b')];
    const a = p.customStep(work, 'a');
    p.parallel(token);
    const paths = (): readonly string[] => ['a', 'p/a', a, token, work].map((ref) => flow.explain(ref).path);
    expect(paths()).toEqual(['p/a', 'p/a', 'p/a', 'p/b', 'p/a']);
    flow.compile();
    expect(paths()).toEqual(['p/a', 'p/a', 'p/a', 'p/b', 'p/a']);
  });

  test('leaves the definition open, and what it returned as it was', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a').stepRetry(1);
    const before = flow.explain(a);
    a.stepRetry(2);
    expect([before.stepRetry.value?.retries, flow.explain(a).stepRetry.value?.retries]).toEqual([1, 2]);
    expect([before, before.stepRetry.value, ...Object.values({ ...before })].filter((part) => typeof part === 'object' && !Object.isFrozen(part))).toEqual([]);
  });

  test('refuses what names no step or several, and a definition with problems', () => {
    const { flow, p } = definition();
    p.customStep(one, 'ship');
    flow.process('q').customStep(one, 'ship');
    expect(() => flow.explain('shi')).toThrow(expect.objectContaining({ code: 'unknown-step', message: "there is no step 'shi' in flow 'f'; did you mean 'ship'?" }));
    expect(() => flow.explain('ship')).toThrow(expect.objectContaining({ code: 'ambiguous-step', candidates: ['p/ship', 'q/ship'] }));
    expect(() => flow.explain(wrong(7))).toThrow(expect.objectContaining({ code: 'unknown-step' }));
    p.customStep(one, 'a', 'nowhere');
    expect(() => flow.explain('a')).toThrow(expect.objectContaining({ code: 'invalid-definition' }));
  });

  test('draws a table', () => {
    const flow = saying({ merged: { retries: 2, timeout: 1 }, process: { retries: 0, timeout: 30_000 } });
    const table = flow.explain('a').toTable();
    expect(table).toBe(
      [
        '| Setting            | Value    | From      |',
        '| ------------------ | -------- | --------- |',
        '| stepRetry          | 0        | process p |',
        '| stepTimeout        | 30000 ms | process p |',
        '| processTimeout     | none     | default   |',
        '| processConcurrency | none     | default   |',
        '| flowConcurrency    | none     | default   |',
      ].join('\n'),
    );
  });

  test('the table says all of a retry policy', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a').stepRetry({ retries: 3, delay: '1s', maxDelay: '5s', maxElapsed: '1m', jitter: 0.5, when: () => true });
    expect(flow.explain(a).toTable()).toContain('| 3, delay 1000 ms, exponential × 2, at most 5000 ms apart, within 60000 ms, jitter 0.5, under a condition | step p/a |');
    a.stepRetry({ retries: 3, delay: 10, backoff: 'linear' });
    p.concurrency(2);
    expect(flow.explain(a).toTable()).toContain('| 3, delay 10 ms, linear | step p/a  |');
    expect(flow.explain(a).toTable()).toMatch(/processConcurrency +\| 2 +\| process p/);
  });
});
