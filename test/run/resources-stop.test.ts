import type { StopOptions } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass } from './bench.ts';
import { counted } from './shared.ts';

/*
 * Resources when a process does not end by itself. Everything that was initialized is released once, behind all steps and callbacks of
 * its process and before the end of the run.
 */

const boom = (): Error => new Error('boom');

/** A process whose callbacks attach a resource before it, and note what they have of it after its steps and after itself. */
function noting() {
  const made = bench();
  const { log, pool } = counted('pool');
  made.p.beforeProcess(async (c) => void (await c.attach(pool)), { must: true });
  made.p.afterStep((s, { status }) => void log.push(`afterStep ${status} ${s.acquire(pool)?.entity}`));
  made.p.afterProcess((c, status) => void log.push(`afterProcess ${status} ${c.acquire(pool)?.entity}`));
  return { ...made, log, pool };
}

describe('a run that does not end by itself', () => {
  const stops: readonly (readonly [string, StopOptions])[] = [
    ['a drain', {}],
    ['an abort', { mode: 'abort' }],
    ['a forced abort', { mode: 'abort', force: true }],
  ];

  test.for(stops)('%s: what beforeProcess attached is there until the step and its callbacks have ended, and is released then', async ([, stop]) => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const { a } = hands('a');
    p.beforeProcess(async (c) => void (await c.attach(pool)), { must: true });
    p.customStep(a.run, 'a').next(() => log.push('never'), 'b');
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', stop);
    await settle();
    expect([log, call.s.acquire(pool)?.entity]).toEqual([['initialize pool 1'], 'pool 1']);
    call.succeed('value');
    const result = await run.done;
    expect([result.status, result.outcome('a').status, result.outcome('b').status]).toEqual(['stopped', 'succeeded', 'stopped']);
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test.for(stops.slice(0, 2))('%s: afterStep and afterProcess still have it', async ([, stop]) => {
    const { flow, p, log } = noting();
    const { a } = hands('a');
    p.follow(a, hands('b').b);
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', stop);
    await settle();
    call.succeed();
    await run.done;
    expect(log).toEqual(['initialize pool 1', 'afterStep succeeded pool 1', 'afterProcess stopped pool 1', 'release pool 1']);
  });

  test('an abandoned step does not hold back the release, and has nothing after it', async () => {
    const { clock, flow, p, log, pool } = noting();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '2s' });
    await clock.advance('1s');
    expect(log).toEqual(['initialize pool 1']);
    await clock.advance('1s');
    expect((await run.done).abandoned).toEqual(['p/a']);
    expect(log).toEqual(['initialize pool 1', 'afterStep stopped pool 1', 'afterProcess stopped pool 1', 'release pool 1']);
    expect(call.s.acquire(pool)).toBe(undefined);
    call.succeed();
    await settle();
    expect(log).toHaveLength(4);
  });

  test('NEW-12: a process timeout waits for the aborted steps, then for the callbacks, then it releases', async () => {
    const { clock, flow, p } = bench();
    const { log, pool } = counted('pool');
    const { a, b } = hands('a', 'b');
    p.processTimeout('10s').beforeProcess(async (c) => void (await c.attach(pool)), { must: true });
    p.afterProcess((c, status) => void log.push(`afterProcess ${status} ${c.acquire(pool)?.entity}`));
    p.parallel(a, b);
    const run = flow.start();
    const calls = [await a.started(run.done), await b.started(run.done)] as const;
    await clock.advance('11s');
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    calls[0].fail(calls[0].signal.reason);
    await settle();
    expect(log).toEqual(['initialize pool 1']);
    await clock.advance('4s');
    const result = await run.done;
    expect([result.status, result.abandoned]).toEqual(['failed', ['p/b']]);
    expect(log).toEqual(['initialize pool 1', 'afterProcess failed pool 1', 'release pool 1']);
  });

  test('fail-fast: what the others still use is released when they have ended', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const { a, b } = hands('a', 'b');
    p.customStep((s) => s.attach(pool), 'open').next(a.run, 'a');
    p.customStep(b.run, 'b', 'open');
    const run = flow.start(undefined, { onFailure: 'fail-fast' });
    const call = await b.started(run.done);
    (await a.started(run.done)).fail(boom());
    await settle();
    expect([call.signal.aborted, log]).toEqual([true, ['initialize pool 1']]);
    call.fail(call.signal.reason);
    expect((await run.done).status).toBe('failed');
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test('a pause neither releases nor holds back a release', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const { a, b } = hands('a', 'b');
    p.customStep((s) => s.attach(pool), 'open').next(a.run, 'a').next(b.run, 'b');
    const run = flow.start();
    await a.started(run.done);
    run.pause();
    a.calls[0]?.succeed();
    await settle();
    expect(log).toEqual(['initialize pool 1']);
    run.resume();
    await b.started(run.done);
    run.pause();
    b.calls[0]?.succeed();
    await run.done;
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test('a stop of one process releases what is its own', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const { a, b } = hands('a', 'b');
    flow.beforeProcess(async (c) => void (await c.attach(pool, c.name)), { must: true });
    p.follow(a, hands('c').c);
    flow.process('q').parallel(b);
    const run = flow.start();
    const [first, second] = [await a.started(run.done), await b.started(run.done)];
    run.process('p').stop('enough');
    first.succeed();
    await settle();
    expect([first.s.acquire(pool), log.slice(2)]).toEqual([undefined, ['release pool 1']]);
    expect(second.s.acquire(pool)?.process).toBe('q');
    second.succeed();
    expect((await run.done).process('q').status).toBe('succeeded');
    expect(log.filter((line) => line.startsWith('release'))).toHaveLength(2);
  });

  test('retries share what an earlier attempt attached', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const { a } = hands('a');
    p.customStep(async (s) => {
      await s.attach(pool);
      return a.run(s);
    }, 'a').stepRetry(1);
    const run = flow.start();
    (await a.started(run.done)).fail(boom());
    await pass(run, a);
    expect((await run.done).status).toBe('succeeded');
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });
});
