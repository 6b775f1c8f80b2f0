import { CallbackError, RunError } from 'millrace';
import { describe, expect, test } from 'vitest';
import { throwing } from './bench.ts';
import { logBench, must } from './callback-log.ts';
import { all, broken, expected, noted, problems } from './callbacks-noted.ts';

describe('a must callback that fails', () => {
  test.for(all.filter((word) => word !== 'body'))('%s: fails its unit, and nothing more runs of its end of the unit (CB-07, 21..46, 71..73)', async (word) => {
    const { flow, log } = noted(word, must);
    const run = flow.start();
    const events = problems(run);
    const result = await run.done;
    expect(log).toEqual(expected(word));
    expect(result.status).toBe('failed');
    const [level = '', kind = ''] = word.replace(' again', '').split(': ');
    const order = word.endsWith('again') ? 2 : 1;
    const unit = { Step: 'p/a', Process: 'p', Flow: 'f' }[kind.replace(/before|after/, '')] ?? '';
    const node = { Step: 'p/a', Process: `p/@${kind.replace('Process', '')}`, Flow: `@${kind.replace('Flow', '')}` }[kind.replace(/before|after/, '')];
    expect(result.errors).toEqual([{ path: node, error: expect.any(CallbackError) as unknown }]);
    expect(result.errors[0]?.error).toMatchObject({
      name: 'CallbackError',
      code: 'callback',
      callback: { kind, level, order, must: true },
      cause: broken,
      message: `callback ${order} of ${kind} at level '${level}' failed for '${unit}': broken`,
    });
    expect(events.map(({ stage, path, error, callback }) => ({ stage, path, error, callback }))).toEqual([
      { stage: 'callback', path: unit, error: broken, callback: { kind, level, order, must: true } },
    ]);
  });

  test('CB-07 before the flow: its steps are cancelled by it, and the views of the result say so', async () => {
    const { flow } = noted('flow: beforeFlow', must);
    const result = await flow.run();
    expect(result.outcome('a')).toEqual({ status: 'cancelled', because: [{ path: 'p/@before', status: 'cancelled' }] });
    expect(result.explain('a')).toBe("a: cancelled ← p/@before: cancelled ← @before: failed: callback 1 of beforeFlow at level 'flow' failed for 'f': broken");
    expect([result.process('p').status, [...result.steps.keys()]]).toEqual(['cancelled', ['p/a']]);
    expect(() => result.value('a')).toThrow('@before: failed');
  });

  test('before a process: it has failed, its steps are cancelled, its always steps run, the others are not concerned', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('a'), 'a').next(note('b'), 'b');
    p.always(note('end'), 'end');
    p.beforeProcess(note('before', broken), must).afterProcess(note('after')).afterProcess(note('always'), { always: true });
    flow.process('q').customStep(note('c'), 'c');
    flow.process('r').after(p).customStep(note('d'), 'd');
    const result = await flow.run();
    expect([...log].sort()).toEqual(['always', 'before', 'c', 'end']);
    expect(['p', 'q', 'r'].map((name) => result.process(name).status)).toEqual(['failed', 'succeeded', 'cancelled']);
    expect(result.explain('b')).toBe("p/b: cancelled ← p/a: cancelled ← p/@before: failed: callback 1 of beforeProcess at level 'process' failed for 'p': broken");
    expect(result.process('p').errors).toEqual([{ path: 'p/@before', error: result.errors[0]?.error }]);
    expect(result.explain('d')).toMatch(/^r\/d: cancelled ← p\//);
  });

  test('after a process: the processes ordered after it are cancelled, its steps keep their outcomes', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('a'), 'a');
    p.afterProcess(note('after', broken), must);
    const q = flow.process('q').after(p).beforeProcess(note('before q')).afterProcess(note('after q'), { always: true });
    q.customStep(note('b'), 'b');
    const result = await flow.run();
    expect(log).toEqual(['a', 'after']);
    expect(result.outcome('a').status).toBe('succeeded');
    expect([result.process('p').status, result.process('q').status]).toEqual(['failed', 'cancelled']);
    expect(result.explain('b')).toBe("q/b: cancelled ← p/@after: failed: callback 1 of afterProcess at level 'process' failed for 'p': broken (and 1 more)");
  });

  test('after a step: what waits for it is cancelled although the body succeeded, and there is no further attempt', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('a'), 'a').stepRetry(3).afterStep(note('after', broken), must).next(note('b'), 'b');
    const result = await flow.run();
    expect(log).toEqual(['a', 'after']);
    expect(result.outcome('a')).toEqual({ status: 'failed', error: expect.any(CallbackError) as unknown });
    expect(result.outcome('b')).toEqual({ status: 'cancelled', because: [{ path: 'p/a', status: 'failed' }] });
  });

  test('after a step that had failed: the error of the body stays', async () => {
    const { flow, p, note } = logBench();
    const first = new Error('first');
    p.customStep(throwing(first), 'a').afterStep(note('after', broken), must);
    expect((await flow.run()).errors).toEqual([{ path: 'p/a', error: first }]);
  });

  test('before a step: no attempt is made, also with retries, and events say so', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').stepRetry(3).beforeStep(note('before', broken), must);
    const run = flow.start();
    const events: unknown[] = [];
    run.on('step-started', () => void events.push('started'));
    run.on('step-ended', ({ outcome, attempts }) => void events.push([outcome.status, attempts]));
    await run.done;
    expect([log, events]).toEqual([['before'], [['failed', 0]]]);
  });

  test('orThrow names it', async () => {
    const { flow } = noted('flow: afterFlow', must);
    const result = await flow.run();
    expect(() => result.orThrow()).toThrow(RunError);
    expect(() => result.orThrow()).toThrow("callback 1 of afterFlow at level 'flow' failed for 'f': broken");
  });

  test('a second one that fails after it, because it always runs, is an event and no second failure', async () => {
    const { flow, p, note } = logBench();
    const second = new Error('second');
    p.customStep(() => 1, 'a').afterStep(note('first', broken), must).afterStep(note('second', second), { must: true, always: true });
    const run = flow.start();
    const events = problems(run);
    const result = await run.done;
    expect(result.errors[0]?.error.cause).toBe(broken);
    expect(events.map(({ error }) => error)).toEqual([broken, second]);
  });
});

describe('an optional callback that fails', () => {
  test.for(all.filter((word) => word !== 'body'))('%s: is an event, and all others run (CB-15..20, 47..70 with the ruling that the next one runs)', async (word) => {
    const { flow, log } = noted(word);
    const run = flow.start();
    const events = problems(run);
    const result = await run.done;
    expect(log).toEqual(all);
    expect([result.status, result.errors]).toEqual(['succeeded', []]);
    const [level, kind] = word.replace(' again', '').split(': ');
    expect(events).toMatchObject([{ stage: 'callback', error: broken, callback: { kind, level, order: word.endsWith('again') ? 2 : 1, must: false } }]);
  });

  test('CB-59..70 one behind a must one that went well changes nothing either', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').beforeStep(note('1'), must).beforeStep(note('2', broken)).beforeStep(note('3'), must).afterStep(note('4', broken)).afterStep(note('5'));
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toEqual(['1', '2', '3', 'body', '4', '5']);
  });

  test('without a listener it goes to the logger', async () => {
    const warned: unknown[] = [];
    const logger = { debug() {}, info() {}, warn: (facts: unknown, text: unknown) => void warned.push([facts, text]), error() {} };
    const { flow, p, note } = logBench({ logger });
    p.customStep(() => 1, 'a').beforeStep(note('before', broken));
    await flow.run();
    expect(warned).toEqual([
      [{ error: broken, stage: 'callback', path: 'p/a', runId: 'r-1', callback: { kind: 'beforeStep', level: 'step', order: 1, must: false } }, 'broken'],
    ]);
  });
});
