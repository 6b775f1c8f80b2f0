import { defineResource, type ProcessContext, type StepContext, type StopOptions } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded, throwing } from './bench.ts';
import { counted, gate } from './shared.ts';

/*
 * Resources that callbacks attach, and resources when a process does not end by itself. Everything that was initialized is released
 * once, behind all steps and callbacks of its process and before the end of the run.
 */

const boom = (): Error => new Error('boom');

describe('resources in callbacks', () => {
  test('RES-04: what beforeProcess attaches, steps and afterProcess acquire', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    p.beforeProcess(async (c) => void (await c.attach(pool, 'init')), { must: true });
    p.customStep((s) => log.push(`step ${s.acquire(pool)?.entity}`), 'a');
    p.afterProcess((c) => void log.push(`afterProcess ${c.acquire(pool)?.entity}`));
    flow.afterFlow(() => void log.push('afterFlow'));
    const run = flow.start();
    run.on('run-ended', () => void log.push('run-ended'));
    await run.done;
    expect(log.filter((line) => line !== 'afterFlow')).toEqual(['initialize pool 1 with init', 'step pool 1', 'afterProcess pool 1', 'release pool 1', 'run-ended']);
    expect(log.indexOf('afterFlow')).toBeGreaterThan(log.indexOf('afterProcess pool 1'));
  });

  test('RES-05: it is released although a later must beforeProcess fails, and no step has run', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    p.beforeProcess(() => void log.push('first'), { must: true });
    p.beforeProcess(async (c) => void (await c.attach(pool)), { must: true });
    p.beforeProcess(throwing(boom()), { must: true });
    p.beforeProcess(() => void log.push('never'), { must: true });
    p.customStep(() => log.push('never'), 'a');
    p.afterProcess(() => void log.push('never'));
    p.afterProcess((c) => void log.push(`always ${c.acquire(pool)?.entity}`), { always: true });
    const result = await flow.run();
    expect([result.status, result.outcome('a').status, result.process('p').status]).toEqual(['failed', 'cancelled', 'failed']);
    expect(log).toEqual(['first', 'initialize pool 1', 'always pool 1', 'release pool 1']);
  });

  test('what cannot be initialized in a must beforeProcess fails the process, in an optional one nothing', async () => {
    for (const must of [true, false]) {
      const { flow, p } = bench();
      const pool = defineResource({ name: 'pool', initialize: () => Promise.reject(boom()) });
      p.beforeProcess(async (c) => void (await c.attach(pool)), { must });
      p.customStep((s) => s.acquire(pool), 'a');
      const run = flow.start();
      const events = recorded(run);
      const result = await run.done;
      expect([result.process('p').status, result.outcome('a').status]).toEqual(must ? ['failed', 'cancelled'] : ['succeeded', 'succeeded']);
      const problems = events.flatMap((event) => (event.type === 'internal-error' ? [[event.stage, event.action ?? event.callback?.kind, event.path]] : []));
      expect(problems).toEqual([['resource', 'initialize', 'p'], ['callback', 'beforeProcess', 'p']]);
    }
  });

  test('what only afterProcess attaches is released too, before the run ends', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    p.customStep(() => 'done', 'a');
    p.afterProcess(async (c) => void log.push(`has ${(await c.attach(pool)).entity}`), { must: true });
    p.afterProcess(throwing(boom()), { must: true });
    const run = flow.start();
    run.on('run-ended', ({ status }) => void log.push(`run-ended ${status}`));
    await run.done;
    expect(log).toEqual(['initialize pool 1', 'has pool 1', 'release pool 1', 'run-ended failed']);
  });

  test('what beforeStep attaches, the step, afterStep and later steps have', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const note = (where: string) => (s: StepContext) => void log.push(`${where} ${s.name} ${s.acquire(pool)?.entity}`);
    p.beforeStep(async (s) => void (await s.attach(pool, s.name)));
    p.afterStep(note('after'));
    p.customStep(note('body'), 'a').next(note('body'), 'b');
    await flow.run();
    expect(log).toEqual(['initialize pool 1 with a', 'body a pool 1', 'after a pool 1', 'body b pool 1', 'after b pool 1', 'release pool 1']);
  });

  test('what afterStep attaches is released, also when the step failed and a must callback fails as well', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    p.customStep(throwing(boom()), 'a')
      .afterStep(async (s) => void (await s.attach(pool)))
      .afterStep(throwing(boom()), { must: true });
    expect((await flow.run()).status).toBe('failed');
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test('a must beforeStep that fails behind an attach leaves nothing unreleased', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    p.customStep(() => log.push('never'), 'a')
      .beforeStep(async (s) => void (await s.attach(pool)))
      .beforeStep(throwing(boom()), { must: true });
    expect((await flow.run()).outcome('a')).toMatchObject({ status: 'failed', error: { code: 'callback' } });
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test('callbacks of the flow about processes attach for each process its own', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    flow.beforeProcess(async (c) => void (await c.attach(pool, c.name)));
    const read = (s: StepContext): unknown => s.acquire(pool)?.process;
    p.customStep(read, 'a');
    flow.process('q').customStep(read, 'b');
    const result = await flow.run();
    expect([result.value('a'), result.value('b')]).toEqual(['p', 'q']);
    expect(log.toSorted()).toEqual(['initialize pool 1 with p', 'initialize pool 2 with q', 'release pool 1', 'release pool 2']);
  });

  test('a process that is ordered after another one has its own, and each is released when its process has ended', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const { b } = hands('b');
    flow.beforeProcess(async (c) => void (await c.attach(pool, c.name)), { must: true });
    p.customStep(() => 'done', 'a');
    flow.process('q').after(p).customStep(b.run, 'b');
    const run = flow.start();
    await b.started(run.done);
    await settle();
    expect(log.toSorted()).toEqual(['initialize pool 1 with p', 'initialize pool 2 with q', 'release pool 1']);
    b.calls[0]?.succeed();
    await run.done;
    expect(log.at(-1)).toBe('release pool 2');
  });
});

describe('attaching too late', () => {
  test.for([true, false])('a context of a process that has ended attaches nothing, whether something was attached before (%s) or not', async (before) => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const { b } = hands('b');
    const contexts: ProcessContext<undefined>[] = [];
    p.beforeProcess(async (c) => {
      contexts.push(c);
      if (before) await c.attach(counted('other').pool);
    });
    p.customStep(() => 'done', 'a');
    flow.process('q').parallel(b);
    const run = flow.start();
    const call = await b.started(run.done);
    await settle();
    const [context] = contexts as [ProcessContext<undefined>];
    await expect(context.attach(pool)).rejects.toMatchObject({ code: 'resource-released' });
    expect(context.acquire(pool)).toBe(undefined);
    call.succeed();
    await run.done;
    await expect(context.attach(pool)).rejects.toMatchObject({ code: 'resource-released' });
    expect(log).toEqual([]);
  });

  test('a context of a step attaches nothing after its afterStep callbacks', async () => {
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const { b } = hands('b');
    const contexts: StepContext<undefined>[] = [];
    p.customStep(() => 'done', 'a').afterStep((s) => void contexts.push(s));
    p.parallel(b);
    const run = flow.start();
    const call = await b.started(run.done);
    await settle();
    await expect(contexts[0]?.attach(pool)).rejects.toMatchObject({ code: 'step-ended' });
    call.succeed();
    await run.done;
    expect(log).toEqual([]);
  });

  test('an attach that a beforeProcess does not wait for is released when it comes', async () => {
    const { flow, p } = bench();
    const opened = gate<string>();
    const log: string[] = [];
    const pool = defineResource({ name: 'pool', initialize: () => opened.promise, release: ({ entity }) => void log.push(`release ${entity}`) });
    p.beforeProcess((c) => void c.attach(pool));
    p.customStep((s) => log.push(`step has ${s.acquire(pool)?.entity}`), 'a');
    const run = flow.start();
    await settle();
    expect([run.status, log]).toEqual(['running', ['step has undefined']]);
    opened.open('late');
    await run.done;
    expect(log).toEqual(['step has undefined', 'release late']);
  });
});

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
    const { flow, p } = bench();
    const { log, pool } = counted('pool');
    const { a } = hands('a');
    p.beforeProcess(async (c) => void (await c.attach(pool)), { must: true });
    p.afterStep((s, { status }) => void log.push(`afterStep ${status} ${s.acquire(pool)?.entity}`));
    p.afterProcess((c, status) => void log.push(`afterProcess ${status} ${c.acquire(pool)?.entity}`));
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
    const { clock, flow, p } = bench();
    const { log, pool } = counted('pool');
    const { a } = hands('a');
    p.beforeProcess(async (c) => void (await c.attach(pool)), { must: true });
    p.afterStep((s, { status }) => void log.push(`afterStep ${status} ${s.acquire(pool)?.entity}`));
    p.afterProcess((c, status) => void log.push(`afterProcess ${status} ${c.acquire(pool)?.entity}`));
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
