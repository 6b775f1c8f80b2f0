import { describe, expect, test } from 'vitest';
import { logBench, must } from './callback-log.ts';

const broken = new Error('broken');
const told = (kind: string, unit: string): string => `failed: callback 1 of ${kind} at level '${unit === 'f' ? 'flow' : 'process'}' failed for '${unit}': broken`;

describe('callbacks that did not go well are found by the path that errors and causes name', () => {
  test('before a process', async () => {
    const { flow, p, note } = logBench();
    p.customStep(() => 1, 'a');
    p.beforeProcess(note('before', broken), must);
    const result = await flow.run();
    expect(result.outcome('p/@before')).toEqual({ status: 'failed', error: result.errors[0]?.error });
    expect(result.explain('p/@before')).toBe(`p/@before: ${told('beforeProcess', 'p')}`);
  });

  test('after a process', async () => {
    const { flow, p, note } = logBench();
    p.customStep(() => 1, 'a');
    p.afterProcess(note('after', broken), must);
    const result = await flow.run();
    expect(result.errors.map(({ path }) => result.explain(path))).toEqual([`p/@after: ${told('afterProcess', 'p')}`]);
  });

  test('before the flow: those of its processes were cancelled', async () => {
    const { flow, p, note } = logBench();
    p.customStep(() => 1, 'a');
    p.beforeProcess(note('never'));
    flow.beforeFlow(note('before', broken), must);
    const result = await flow.run();
    expect(result.explain('@before')).toBe(`@before: ${told('beforeFlow', 'f')}`);
    expect(result.explain('p/@before')).toBe(`p/@before: cancelled ← @before: ${told('beforeFlow', 'f')}`);
    expect(result.outcome('p/@before')).toEqual({ status: 'cancelled', because: [{ path: '@before', status: 'failed' }] });
  });

  test('of a process with a composed or a decomposed name', async () => {
    const { flow, note } = logBench();
    const p = flow.process('caf\u00e9');
    p.customStep(() => 1, 'a');
    p.beforeProcess(note('before', broken), must);
    const result = await flow.run();
    expect([result.outcome('caf\u00e9/@before').status, result.outcome('cafe\u0301/@before').status]).toEqual(['failed', 'failed']);
  });

  test('every path of the errors can be asked for', async () => {
    const { flow, p, note } = logBench();
    p.customStep(() => 1, 'a');
    p.customStep(note('b', broken), 'b');
    p.afterProcess(note('after', broken), must);
    flow.afterFlow(note('end', broken), must);
    const result = await flow.run();
    expect(result.errors.map(({ path }) => path)).toEqual(['p/b', '@after', 'p/@after']);
    expect(result.errors.map(({ path }) => result.outcome(path))).toEqual(result.errors.map(({ error }) => ({ status: 'failed', error })));
  });

  test('those that went well, and those that there are not, are unknown', async () => {
    const { flow, p, note } = logBench();
    p.customStep(() => 1, 'a');
    p.beforeProcess(note('before', broken), must).afterProcess(note('after'));
    flow.afterFlow(note('end'));
    const result = await flow.run();
    const unknown: unknown = expect.objectContaining({ code: 'unknown-step' });
    for (const path of ['@after', 'q/@before', '@']) {
      expect(() => result.outcome(path)).toThrow(unknown);
      expect(() => result.explain(path)).toThrow(unknown);
    }
    for (const read of ['value', 'path'] as const) expect(() => result[read]('p/@before')).toThrow(unknown);
  });
});
