import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, recorded, throwing } from '../bench.ts';
import { by, logBench, must } from '../callback-log.ts';
import { counted } from '../shared.ts';
import { kinds, nested, placeOf } from './kinds.ts';

expect.extend(orderMatchers);

describe.each(Object.keys(kinds))('around %s', (kind) => {
  const place = placeOf[kind] ?? '';

  test('callbacks of all levels run before and after it, and before and after the steps inside', async () => {
    const { flows, flow, p, log } = logBench();
    for (const [level, at] of [['registry', flows], ['flow', flow], ['process', p]] as const) {
      at.beforeStep((s) => void log.push(`${level} before ${s.path}`));
      at.afterStep((s, ended) => void log.push(`${level} after ${s.path} ${ended.status}`));
    }
    const step = nested(p, [kind], (scope) => scope.customStep(() => log.push('work'), 'x').beforeStep(() => void log.push('own before x')));
    step.beforeStep(() => void log.push('own before')).afterStep(() => void log.push('own after'));
    expect(await flow.run()).toHaveStatus('succeeded');
    const levels = ['registry', 'flow', 'process'];
    expect(log).toEqual([
      ...levels.map((level) => `${level} before p/${kind}`),
      'own before',
      ...levels.map((level) => `${level} before p/${place}/x`),
      'own before x',
      'work',
      ...levels.map((level) => `${level} after p/${place}/x succeeded`),
      ...levels.map((level) => `${level} after p/${kind} succeeded`),
      'own after',
    ]);
  });

  test('a must callback after a step inside fails that, and so the composite step', async () => {
    const { flow, p } = bench();
    const step = nested(p, [kind], (scope) => scope.customStep(() => 1, 'x').afterStep(throwing(new Error('unclear')), must));
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { code: 'callback' } });
  });

  test('a must callback before it keeps it from beginning', async () => {
    const { flow, p } = bench();
    let ran = 0;
    const step = nested(p, [kind], (scope) => scope.customStep(() => (ran += 1), 'x')).beforeStep(throwing(new Error('unclear')), must);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { code: 'callback' } });
    expect(ran).toBe(0);
  });

  test('a callback before it that hangs is left behind after the grace of a stop', async () => {
    const { clock, flow, p } = bench();
    const { before } = hands('before');
    const step = nested(p, [kind], (scope) => scope.customStep(() => 1, 'x')).beforeStep(by(before));
    const run = flow.start();
    await before.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '1s' });
    await clock.advance('1s');
    const result = await run.done;
    expect([result.outcome(step).status, result.abandoned]).toEqual(['stopped', [`p/${kind}`]]);
  });

  test('a callback after it that hangs is left behind after the grace of a stop', async () => {
    const { clock, flow, p } = bench();
    const { after, x } = hands('after', 'x');
    const step = nested(p, [kind], (scope) => scope.customStep(x.run, 'x')).afterStep(by(after));
    const run = flow.start();
    const call = await x.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '1s' });
    call.fail(call.signal.reason);
    await after.started(run.done);
    await clock.advance('1s');
    const result = await run.done;
    expect([result.outcome(step).status, result.abandoned]).toEqual(['stopped', [`p/${kind}`]]);
    expect(clock.pending).toBe(0);
  });

  test('there is a record of it, and one of each step inside', async () => {
    const { flows, flow, p, log } = logBench();
    flows.records({ step: { insert: (record) => void log.push(`insert ${record.path}`), update: (record) => void log.push(`update ${record.path} ${record.status}`) } });
    nested(p, [kind], (scope) => scope.customStep(() => 1, 'x'));
    await flow.run();
    expect(log).toEqual([`insert p/${kind}`, `insert p/${place}/x`, `update p/${place}/x succeeded`, `update p/${kind} succeeded`]);
  });

  test('what is attached inside belongs to the process, and is released with it', async () => {
    const { flow, p } = bench();
    const { pool, log } = counted('pool');
    const step = nested(p, [kind], (scope) => {
      const x = scope.customStep(async (s) => (await s.attach(pool)).entity, 'x');
      return scope.customStep((s) => s.acquire(pool)?.entity, 'y', x);
    });
    const after = p.customStep(async (s) => {
      log.push('after');
      return (await s.attach(pool)).entity;
    }, 'after', step);
    const result = await flow.run();
    expect(log).toEqual(['initialize pool 1', 'after', 'release pool 1']);
    expect([JSON.stringify(result.value(step)).includes('pool 1'), result.value(after)]).toEqual([true, 'pool 1']);
  });
});

describe('listeners', () => {
  test('that come when a body is at work hear of it from then on', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.group((body) => body.group((inner) => void inner.follow(a, b), 'inner'), 'outer');
    const run = flow.start();
    const call = await a.started(run.done);
    const events = recorded(run);
    call.succeed(1);
    await pass(run, b);
    await run.done;
    const steps = events.flatMap((event) => (event.type === 'step-started' || event.type === 'step-ended' ? [`${event.type} ${event.path}`] : []));
    expect(steps).toEqual([
      'step-ended p/outer/inner/a',
      'step-started p/outer/inner/b',
      'step-ended p/outer/inner/b',
      'step-ended p/outer/inner',
      'step-ended p/outer',
    ]);
  });

  test('that throw change nothing', async () => {
    const { flow, p } = bench();
    p.group((body) => void body.customStep(() => 1, 'x'), 'group');
    const run = flow.start();
    run.on('step-ended', throwing());
    expect(await run.done).toHaveStatus('succeeded');
  });
});

describe('the slots of limits', () => {
  test('a limit of one of the registry does not lock composite steps that are inside of one another', async () => {
    const { flow, p } = bench({ concurrency: 1 });
    const { x, y } = hands('x', 'y');
    for (const outer of Object.keys(kinds)) nested(p, [outer, 'group', 'retry'], (scope) => scope.customStep(x.run, 'x'));
    p.follow(y);
    const run = flow.start();
    for (let done = 0; done <= Object.keys(kinds).length; done += 1) {
      await settle();
      expect(x.running + y.running).toBe(1);
      await pass(run, x.running === 1 ? x : y);
    }
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('a composite step counts once in its process, and not what is inside', async () => {
    const { flow, p } = bench();
    p.concurrency(1);
    const { a, b, c } = hands('a', 'b', 'c');
    p.group((body) => void body.parallel(a, b), 'group');
    p.parallel(c);
    const run = flow.start();
    await settle();
    expect([a.running, b.running, c.running]).toEqual([1, 1, 0]);
    await pass(run, a);
    await settle();
    expect(c.running).toBe(0);
    await fail(run, b);
    await pass(run, c);
    await run.done;
  });

  test('waits hold none', async () => {
    const { clock, flow, p } = bench({ concurrency: 1 });
    p.concurrency(1);
    flow.concurrency(1);
    const { a } = hands('a');
    p.sleep('1h', 'sleep');
    p.waitFor(() => clock.now() > 0, 'ready');
    p.waitForSignal('go');
    p.parallel(a);
    const run = flow.start();
    await pass(run, a);
    await run.sendSignal('go');
    await clock.advance('1h');
    expect(await run.done).toHaveStatus('succeeded');
  });
});
