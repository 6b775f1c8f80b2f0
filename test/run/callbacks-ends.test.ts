import { describe, expect, test } from 'vitest';
import { throwing } from './bench.ts';
import { logBench, must } from './callback-log.ts';
import { broken, noted } from './callbacks-noted.ts';

describe('always: true', () => {
  test.for(['Step', 'Process', 'Flow'] as const)('after%s runs after a failed must one before it, at its level and at later ones', async (unit) => {
    const { flows, flow, log, note } = noted('nothing');
    log.length = 0;
    flows[`after${unit}`](note('failing', broken), must)[`after${unit}`](note('always 1'), { always: true });
    flow[`after${unit}`](note('always 2'), { always: true });
    expect((await flow.run()).status).toBe('failed');
    const own = log.filter((word) => word.includes(`after${unit}`) || word.startsWith('always') || word === 'failing');
    expect(own).toEqual([`registry: after${unit}`, `registry: after${unit} again`, 'failing', 'always 1', 'always 2']);
  });

  test.for(['Step', 'Process', 'Flow'] as const)('after%s runs when a must callback before the work has failed, and nothing else after it does', async (unit) => {
    const { flow, log, note } = noted(`flow: before${unit}`, must);
    flow[`after${unit}`]((_context: unknown, ended: unknown) => void log.push(`always ${typeof ended === 'string' ? ended : (ended as { status: string }).status}`), { always: true });
    flow[`after${unit}`](note('never'));
    await flow.run();
    expect(log.filter((word) => word.includes(`after${unit}`) || word === 'never')).toEqual([]);
    expect(log).toContain('always failed');
  });

  test("runs after 'break'", async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').afterStep(note('1', 'break')).afterStep(note('2')).afterStep(note('3'), { always: true }).afterStep(note('4'));
    await flow.run();
    expect(log).toEqual(['body', '1', '3']);
  });

  test('filters hold for it too', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').afterStep(note('no'), { always: true, when: 'failed' }).afterStep(note('yes'), { always: true, exclude: 'failed' });
    await flow.run();
    expect(log).toEqual(['body', 'yes']);
  });
});

describe('the ends that callbacks see', () => {
  // 1 (error), 2 (throws a string), 3 (timeout)
  test('CB-11, FAIL-05, FAIL-06 must callbacks run for errors, thrown values and timeouts, with the error', async () => {
    const { clock, flow, p, log } = logBench();
    p.customStep(throwing(broken), '1');
    p.customStep(throwing('panic'), '2');
    p.customStep((s) => new Promise((resolve) => s.signal.addEventListener('abort', () => resolve(1))), '3').stepTimeout(10);
    p.afterStep((s, ended) => void log.push(`${s.path} ${ended.status}: ${ended.status === 'failed' ? ended.error.message : ''}`), must);
    p.afterProcess((context, ended) => void log.push(`${context.name} ${ended}`), must);
    flow.afterFlow((context, ended) => void log.push(`${context.name} ${ended}`), must);
    const run = flow.start();
    await clock.advance(10);
    const result = await run.done;
    expect(log).toEqual([
      'p/1 failed: broken',
      "p/2 failed: the string 'panic' was thrown, which is not an Error; throw an Error, so that it has a stack",
      "p/3 failed: step 'p/3' took longer than 10 ms; give it more time, or make it end when its signal aborts",
      'p failed',
      'f failed',
    ]);
    expect(result.errors).toHaveLength(3);
  });

  test('afterStep sees the value of a step that succeeded', async () => {
    const { flow, p } = logBench();
    const seen: unknown[] = [];
    p.customStep(() => 42, 'a').afterStep((_s, ended) => void seen.push(ended));
    await flow.run();
    expect(seen).toEqual([{ status: 'succeeded', value: 42 }]);
  });

  test('a failing afterProcess is seen by afterFlow', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(() => 1, 'a');
    p.afterProcess(note('after', broken), must);
    flow.afterFlow((_context, ended) => void log.push(ended));
    await flow.run();
    expect(log).toEqual(['after', 'failed']);
  });

  test('fail-fast: a failing must callback stops the run, and callbacks after what began run', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep((s) => new Promise((_, reject) => s.signal.addEventListener('abort', () => reject(s.signal.reason as Error))), 'b').afterStep((_s, ended) => void log.push(ended.status));
    p.customStep(() => 1, 'a').afterStep(note('fails', broken), must);
    flow.afterFlow((_context, ended) => void log.push(`flow ${ended}`));
    const result = await flow.run(undefined, { onFailure: 'fail-fast' });
    expect(log).toEqual(['fails', 'stopped', 'flow failed']);
    expect(result.status).toBe('failed');
  });
});
