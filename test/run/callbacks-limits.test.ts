import { anyOf, type RunOptions } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { hands, pass } from './bench.ts';
import { by, logBench, must } from './callback-log.ts';

const broken = new Error('broken');

describe('limits', () => {
  test.for(['registry', 'flow', 'process', 'run'] as const)('concurrency 1 of a %s: callbacks count as part of their step, and nothing waits for itself', async (where) => {
    const { flows, flow, p, log } = logBench(where === 'registry' ? { concurrency: 1 } : {});
    if (where === 'flow') flow.concurrency(1);
    if (where === 'process') p.concurrency(1);
    let working = 0;
    const busy = (word: string, by: number) => async (): Promise<void> => {
      log.push(`${(working += by)}`);
      await Promise.resolve();
      expect(working, word).toBeLessThanOrEqual(1);
    };
    for (const name of ['a', 'b', 'c']) p.customStep(async () => Promise.resolve(), name);
    p.beforeStep(busy('before', 1)).afterStep(busy('after', -1));
    flows.beforeFlow(busy('before', 0)).afterFlow(busy('after', 0)).beforeProcess(busy('before', 0)).afterProcess(busy('after', 0));
    const result = await flow.run(undefined, where === 'run' ? { concurrency: 1 } : {});
    expect([result.status, log.join('')]).toEqual(['succeeded', '0010101000']);
  });

  test.for(['registry', 'flow', 'run'] as const)('concurrency 1 of a %s: callbacks about processes and the flow hold no slot', async (where) => {
    const { flows, flow, p, log } = logBench(where === 'registry' ? { concurrency: 1 } : {});
    if (where === 'flow') flow.concurrency(1);
    const { opening, closing, work } = hands('opening', 'closing', 'work');
    p.customStep(() => void log.push('a'), 'a');
    p.beforeProcess(by(opening));
    flow.process('q').customStep(() => void log.push('b'), 'b');
    flow.process('r').afterProcess(by(closing));
    const other = flows.registerFlow('other');
    other.process('p').customStep(work.run, 'work');
    const run = flow.start(undefined, where === 'run' ? { concurrency: 1 } : {});
    const call = await opening.started();
    const last = await closing.started();
    expect(log).toEqual(['b']);
    const second = other.start();
    (await work.started()).succeed(1);
    expect((await second.done).status).toBe('succeeded');
    call.succeed(undefined);
    last.succeed(undefined);
    expect([(await run.done).status, log]).toEqual(['succeeded', ['b', 'a']]);
  });

  test('of a registry: several runs with callbacks, retries and failures share one slot and lose none', async () => {
    const { clock, flows, flow, p } = logBench({ concurrency: 1 });
    let working = 0;
    p.customStep(async (s) => {
      if (s.attempt < 3) throw broken;
    }, 'a').stepRetry({ retries: 2, delay: 10 });
    p.customStep(() => 1, 'b').beforeStep(() => Promise.reject(broken), must);
    p.customStep(async () => 1, 'c').afterStep(() => Promise.reject(broken), must);
    p.beforeStep(async () => {
      expect(working).toBe(0);
    });
    p.afterStep(async () => {
      working += 1;
      await Promise.resolve();
      expect(working).toBe(1);
      working -= 1;
    });
    p.afterProcess(() => Promise.reject(broken), must);
    const runs = Array.from({ length: 5 }, () => flow.start());
    for (let turn = 0; turn < 50; turn++) await clock.advance(10);
    for (const run of runs) {
      const result = await run.done;
      expect([...result.steps.values()].map(({ status }) => status)).toEqual(['succeeded', 'failed', 'failed']);
    }
    const other = flows.registerFlow('other').disableDefaults();
    other.process('p').parallel(...Object.values(hands('x', 'y')) as [never, never]);
    const last = other.start();
    await settle();
    expect(['x', 'y'].map((name) => last.outcome(name).status)).toEqual(['running', 'queued']);
    last.stop('enough', { mode: 'abort', grace: 0 });
    await clock.advance(0);
    expect((await last.done).status).toBe('stopped');
  });

  test.for(['drain', 'abort'] as const)('a stop (%s) in any phase gives every slot back once', async (mode) => {
    for (const phase of ['before flow', 'before process', 'before step', 'body', 'retry', 'after step', 'after process', 'after flow'] as const) {
      for (const where of ['registry', 'flow'] as const) {
        const { clock, flows, flow, p } = logBench(where === 'registry' ? { concurrency: 1 } : {});
        const { hold, x, y } = hands('hold', 'x', 'y');
        const held = by(hold);
        if (where === 'flow') flow.concurrency(1);
        const at = (name: string) => (phase === name ? held : async () => Promise.resolve());
        flow.beforeFlow(at('before flow')).afterFlow(at('after flow')).beforeProcess(at('before process')).afterProcess(at('after process'));
        flow.beforeStep(at('before step')).afterStep(at('after step'));
        p.stepRetry({ retries: 1, delay: '1h' });
        p.customStep(async () => {
          if (phase === 'body') await held();
          if (phase === 'retry') throw broken;
        }, 'a').next(() => 1, 'b');
        const run = flow.start();
        if (phase !== 'retry') await hold.started(run.done);
        await settle();
        run.stop('enough', { mode });
        hold.calls[0]?.succeed();
        const result = await run.done;
        expect([where, phase, result.status]).toEqual([where, phase, phase.startsWith('after') && phase !== 'after step' ? 'succeeded' : 'stopped']);
        if (where === 'flow') continue;
        const other = flows.registerFlow('other');
        other.process('p').parallel(x, y);
        const next = other.start();
        await settle();
        expect([phase, x.running + y.running]).toEqual([phase, 1]);
        await pass(next, x);
        await pass(next, y);
        expect((await next.done).status).toBe('succeeded');
        expect(clock.pending).toBe(0);
      }
    }
  });

  test('of a process with a step that is stopped while it waits for a retry: its callbacks run although another step has the slot', async () => {
    const { flow, p, log } = logBench();
    const { b } = hands('b');
    p.concurrency(1);
    p.customStep(() => {
      throw broken;
    }, 'a').stepRetry({ retries: 1, delay: '1h' });
    p.customStep(b.run, 'b').next(() => 1, 'c');
    p.afterStep(async (s, ended) => void log.push(`${s.name} ${ended.status}`));
    const run = flow.start();
    await b.started(run.done);
    run.stop('enough');
    await settle();
    expect(log).toEqual(['a stopped']);
    b.calls[0]?.succeed();
    expect((await run.done).status).toBe('stopped');
    expect(log).toEqual(['a stopped', 'b succeeded']);
  });
});

describe('a run by tiers', () => {
  const tiers: RunOptions = { schedule: 'tiers' };

  /*
   *   tier 0   1        2
   *   p: a
   *   q: after p: b ──▶ c
   *   r: x ──▶ y ──▶    z
   */
  test('callbacks of processes do not let a later tier start before an earlier one has ended', async () => {
    const { flow, p, log, note, later } = logBench();
    const q = flow.process('q').after(p);
    const r = flow.process('r');
    p.customStep(later('a'), 'a');
    q.customStep(later('b'), 'b').next(later('c'), 'c');
    r.customStep(later('x'), 'x').next(later('y'), 'y').next(later('z'), 'z');
    flow.beforeFlow(note('beforeFlow')).afterFlow(note('afterFlow'));
    flow.beforeProcess((context) => void log.push(`before ${context.name}`)).afterProcess((context) => void log.push(`after ${context.name}`));
    expect((await flow.run(undefined, tiers)).status).toBe('succeeded');
    const at = (word: string): number => log.indexOf(word);
    expect([...log].sort()).toEqual(['a', 'after p', 'after q', 'after r', 'afterFlow', 'b', 'before p', 'before q', 'before r', 'beforeFlow', 'c', 'x', 'y', 'z']);
    for (const [early, late] of [['a', 'b'], ['x', 'y'], ['a', 'y'], ['x', 'b'], ['b', 'z'], ['y', 'c'], ['after p', 'b'], ['before q', 'b']] as const) {
      expect([early, late, at(early) < at(late)]).toEqual([early, late, true]);
    }
  });

  test('an afterProcess runs as soon as its process has ended, not with the last tier', async () => {
    const { flow, p } = logBench();
    const { after, x, y } = hands('after', 'x', 'y');
    p.customStep(() => 1, 'a');
    p.afterProcess(by(after));
    flow.process('r').follow(x, y);
    const run = flow.start(undefined, tiers);
    await x.started(run.done);
    await settle();
    expect(after.count).toBe(1);
    after.calls[0]?.succeed();
    x.calls[0]?.succeed();
    await pass(run, y);
    expect((await run.done).status).toBe('succeeded');
  });

  test.for(['finish-tier', 'fail-fast', 'continue'] as const)('a must callback that fails, under %s: callbacks after what began run', async (onFailure) => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('a'), 'a').next(note('b'), 'b');
    const q = flow.process('q');
    q.customStep(note('x'), 'x').next(note('y'), 'y');
    p.afterStep(note('fails', broken), { must: true, onlyFor: 'a' }).afterProcess(note('after p'));
    q.afterProcess((_context, ended) => void log.push(`after q ${ended}`));
    flow.afterFlow((_context, ended) => void log.push(`after f ${ended}`));
    const result = await flow.run(undefined, { schedule: 'tiers', onFailure });
    expect(result.status).toBe('failed');
    expect(log).not.toContain('b');
    expect(log.includes('y')).toBe(onFailure === 'continue');
    expect(log).toContain('after p');
    expect(log.at(-1)).toBe('after f failed');
  });
});

describe('callbacks and other timings', () => {
  test('steps with anyOf, settled or optional timings wait for beforeProcess as all others', async () => {
    const { flow, p, log, note } = logBench();
    const { before } = hands('before');
    const a = p.customStep(note('a'), 'a');
    const b = p.customStep(note('b'), 'b');
    p.customStep(note('c'), 'c', anyOf(a, b));
    p.beforeProcess(by(before));
    const run = flow.start();
    await before.started(run.done);
    await settle();
    expect(log).toEqual([]);
    before.calls[0]?.succeed();
    await run.done;
    expect([...log].sort()).toEqual(['a', 'b', 'c']);
  });
});
