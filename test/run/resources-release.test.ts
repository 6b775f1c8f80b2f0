import { defineResource, type FlowResult, type RunEvent } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, internalErrors, pass, recorded, throwing } from './bench.ts';
import { counted, gate } from './shared.ts';

expect.extend(orderMatchers);

function problemsOf(events: readonly RunEvent[]): readonly unknown[] {
  return internalErrors(events).map((event) => [event.stage, event.action, event.process, event.resource, event.path, event.error.message]);
}

/** A run with a step `a` at work by hand, behind one that has attached a resource. */
async function atWork() {
  const { clock, flow, p } = bench();
  const { a } = hands('a');
  const { pool, log } = counted('pool');
  p.customStep((s) => s.attach(pool), 'open').next(a.run, 'a');
  const run = flow.start();
  return { clock, log, run, call: await a.started(run.done) };
}

describe('the end of a process', () => {
  test('RES-10: releases once, the last attached first, after the last step and before the end of the run', async () => {
    const { flow, p } = bench();
    const { pool: one, log } = counted('one');
    const { pool: two } = counted('two', log);
    p.customStep((s) => s.attach(one), 'a')
      .next((s) => s.attach(two), 'b')
      .next((s) => s.attach(one), 'c')
      .next(() => void log.push('d'), 'd');
    const run = flow.start();
    run.on('process-ended', () => void log.push('process-ended'));
    run.on('run-ended', () => void log.push('run-ended'));
    expect((await run.done).status).toBe('succeeded');
    expect(log).toEqual(['initialize one 1', 'initialize two 1', 'd', 'process-ended', 'release two 1', 'release one 1', 'run-ended']);
  });

  test('releases are waited for, one after another, and so is the end of the run', async () => {
    const { clock, flow, p } = bench();
    const closed = { one: gate(), two: gate() };
    const log: string[] = [];
    const made = (name: 'one' | 'two') =>
      defineResource({
        name,
        async release() {
          log.push(`releases ${name}`);
          await closed[name].promise;
          log.push(`released ${name}`);
        },
      });
    p.customStep((s) => Promise.all([s.attach(made('one')), s.attach(made('two'))]), 'a');
    const run = flow.start();
    await settle();
    expect([run.status, run.process('p').status, log]).toEqual(['running', 'succeeded', ['releases two']]);
    run.stop('too late', { mode: 'abort' });
    await clock.advance(1000);
    closed.two.open();
    await settle();
    expect([run.status, log]).toEqual(['running', ['releases two', 'released two', 'releases one']]);
    closed.one.open();
    const result = await run.done;
    expect([result.status, result.endedAt - result.startedAt]).toEqual(['succeeded', 1000]);
    expect(log).toHaveLength(4);
  });

  test('a run ends at the same time whether it has listeners or not', async () => {
    const { clock, flow, p } = bench();
    const closed: (() => void)[] = [];
    const slow = defineResource({ name: 'slow', release: () => new Promise<void>((resolve) => closed.push(resolve)) });
    p.customStep((s) => s.attach(slow), 'a');
    const runs = [flow.start(), flow.start()];
    const events = recorded(runs[0]!);
    await settle();
    await clock.advance(50);
    for (const close of closed) close();
    const results = await Promise.all(runs.map((run) => run.done));
    expect(results.map(({ startedAt, endedAt }) => endedAt - startedAt)).toEqual([50, 50]);
    expect(events.at(-1)).toMatchObject({ type: 'run-ended', at: results[0]?.endedAt });
  });

  test('a process releases when it has ended, not when the run has', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const { pool, log } = counted('pool');
    p.customStep((s) => s.attach(pool), 'open');
    flow.process('q').follow(a);
    const run = flow.start();
    const call = await a.started(run.done);
    await settle();
    expect([run.status, log]).toEqual(['running', ['initialize pool 1', 'release pool 1']]);
    call.succeed();
    await run.done;
  });

  test('always steps still have what was attached', async () => {
    const { flow, p } = bench();
    const { pool, log } = counted('pool');
    p.customStep(async (s) => {
      await s.attach(pool);
      throw new Error('broken');
    }, 'a');
    p.always((s) => log.push(`always has ${s.acquire(pool)?.entity}`), 'clean');
    expect((await flow.run()).status).toBe('failed');
    expect(log).toEqual(['initialize pool 1', 'always has pool 1', 'release pool 1']);
  });

  test.for(['throws', 'rejects'] as const)('RES-15, RES-16: it releases although a step %s', async (how) => {
    const { flow, p } = bench();
    const { pool, log } = counted('pool');
    const broken = how === 'throws' ? throwing() : () => Promise.reject(new Error('broken'));
    p.customStep((s) => s.attach(pool), 'a').next(broken, 'b').next(() => 'C', 'c');
    expect((await flow.run()).status).toBe('failed');
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test('it releases when the run was stopped, after the steps that are still at work', async () => {
    const { log, run, call } = await atWork();
    run.stop('enough', { mode: 'abort' });
    await settle();
    expect(log).toEqual(['initialize pool 1']);
    call.fail(call.signal.reason);
    expect((await run.done).status).toBe('stopped');
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test('NEW-12, D5: a process timeout waits for the aborted steps before it releases', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    const { pool, log } = counted('pool');
    p.processTimeout('10s').customStep((s) => s.attach(pool), 'open').next(a.run, 'a');
    const run = flow.start();
    const call = await a.started(run.done);
    await clock.advance('12s');
    expect([call.signal.aborted, log]).toEqual([true, ['initialize pool 1']]);
    call.fail(call.signal.reason);
    expect((await run.done).status).toBe('failed');
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });

  test('D5: a step that the run goes on without can neither attach nor change what was released', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    const { pool, log } = counted('pool');
    p.parallel(a);
    const run = flow.start();
    const call = await a.started(run.done);
    const attached = await call.s.attach(pool);
    run.stop('enough', { mode: 'abort' });
    await clock.advance('5s');
    expect((await run.done).abandoned).toEqual(['p/a']);
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
    const message = "resource 'pool' is updated after process 'p' has released it; use it while the process is at work";
    expect(() => attached.update('new')).toThrow(message);
    expect(() => attached.set('k', 1)).toThrow(expect.objectContaining({ code: 'resource-released' }));
    expect(() => attached.clear()).toThrow(expect.objectContaining({ code: 'resource-released' }));
    expect([attached.entity, attached.get('k'), call.s.acquire(pool)]).toEqual(['pool 1', undefined, undefined]);
    await expect(call.s.attach(pool)).rejects.toMatchObject({ code: 'step-ended' });
  });

  test('an initialize that is still at work then is waited for and released', async () => {
    const { flow, p } = bench();
    const opened = gate<string>();
    const log: string[] = [];
    const db = defineResource({ name: 'db', initialize: () => opened.promise, release: ({ entity }) => void log.push(`release ${entity}`) });
    p.customStep((s) => void s.attach(db), 'a');
    const run = flow.start();
    await settle();
    expect([run.status, run.process('p').status]).toEqual(['running', 'succeeded']);
    opened.open('db');
    await run.done;
    expect(log).toEqual(['release db']);
  });

  test('disposing of a run waits for its releases', async () => {
    const { log, run, call } = await atWork();
    const disposed = run[Symbol.asyncDispose]();
    call.fail(call.signal.reason);
    await disposed;
    expect(log).toEqual(['initialize pool 1', 'release pool 1']);
  });
});

describe('a release that fails', () => {
  test('RES-12, NEW-20, D12, EVT-23, EVT-24: it is an event, and the others and the run do not notice', async () => {
    const { flow, p } = bench();
    const log: string[] = [];
    const released = { one: () => void log.push('one'), two: throwing(new Error('two threw')), three: () => Promise.reject(new Error('three rejected')), four: () => void log.push('four') };
    p.customStep(async (s) => {
      for (const [name, release] of Object.entries(released)) await s.attach(defineResource({ name, release }));
    }, 'a');
    const run = flow.start();
    const events = recorded(run);
    const result: FlowResult = await run.done;
    expect(result.status).toBe('succeeded');
    expect(log).toEqual(['four', 'one']);
    expect(problemsOf(events)).toEqual([
      ['resource', 'release', 'p', 'three', undefined, 'three rejected'],
      ['resource', 'release', 'p', 'two', undefined, 'two threw'],
    ]);
    expect(events.at(-1)?.type).toBe('run-ended');
  });

  test('a dispose that throws is one too', async () => {
    const { flow, p } = bench();
    p.customStep((s) => s.attach({ [Symbol.dispose]: throwing(new Error('cannot')) }), 'a');
    const run = flow.start();
    const events = recorded(run);
    expect((await run.done).status).toBe('succeeded');
    expect(problemsOf(events)).toEqual([['resource', 'release', 'p', 'Object', undefined, 'cannot']]);
  });

  test('without a listener it goes to the logger', async () => {
    const warned: unknown[] = [];
    const nothing = (): void => undefined;
    const { flow, p } = bench({ logger: { debug: nothing, info: nothing, error: nothing, warn: (fields) => void warned.push(fields) } });
    const wrong = new Error('wrong');
    p.customStep((s) => s.attach(defineResource({ name: 'db', release: throwing(wrong) })), 'a');
    await flow.run();
    expect(warned).toEqual([{ error: wrong, stage: 'resource', path: undefined, runId: 'r-1', process: 'p', resource: 'db', action: 'release' }]);
  });
});

test('a run with listeners hears of resources only in their problems', async () => {
  const { flow, p } = bench();
  const { a } = hands('a');
  p.customStep((s) => s.attach(counted('pool').pool), 'open').next(a.run, 'a');
  const run = flow.start();
  const events = recorded(run);
  await pass(run, a);
  await run.done;
  expect(events.map(({ type }) => type)).toEqual(['run-started', 'step-started', 'step-ended', 'step-started', 'step-ended', 'process-ended', 'run-ended']);
});

describe('hooks that hang', () => {
  test('an abort sets no timer that outlives the run', async () => {
    const { clock, log, run, call } = await atWork();
    run.stop('enough', { mode: 'abort' });
    call.succeed();
    await run.done;
    run.stop('again', { mode: 'abort' });
    await settle();
    expect([log, clock.pending]).toEqual([['initialize pool 1', 'release pool 1'], 0]);
  });

  test.each(['initialize', 'release'] as const)('%s: an abort waits for it as long as its grace, and the run ends without it', async (hook) => {
    const { clock, flow, p } = bench();
    const never = (): Promise<number> => new Promise(() => undefined);
    const pool = defineResource({ name: 'pool', initialize: hook === 'initialize' ? never : () => 1, release: hook === 'release' ? never : () => undefined });
    p.customStep(async (s) => void (await s.attach(pool)), 'a');
    const run = flow.start();
    const events = recorded(run);
    await settle();
    run.stop('enough', { mode: 'abort', grace: '2s' });
    await clock.advance(1_999);
    expect(run.status).not.toBe('stopped');
    await clock.advance('10s');
    const result = await run.done;
    expect(result.status).toBe(hook === 'initialize' ? 'stopped' : 'succeeded');
    expect(problemsOf(events)).toContainEqual(['resource', undefined, undefined, undefined, undefined, expect.stringContaining('what releases or initializes a resource took longer than')]);
  });
});
