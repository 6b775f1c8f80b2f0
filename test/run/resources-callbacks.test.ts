import { defineResource, type ProcessContext, type StepContext } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, internalErrors, recorded, throwing } from './bench.ts';
import { counted, gate } from './shared.ts';

/*
 * Resources that callbacks attach. Everything that was initialized is released once, behind all steps and callbacks of its process and
 * before the end of the run.
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
      const problems = internalErrors(events).map((event) => [event.stage, event.action ?? event.callback?.kind, event.path]);
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
