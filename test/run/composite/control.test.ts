import type { StopOptions } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands } from '../bench.ts';
import { gate } from '../shared.ts';
import { hasAllSlots, reached, release, stages, type Hold } from './stages.ts';

describe.each(Object.entries(stages))('%s', (_, stage) => {
  test('a drain lets what is at work end, and starts nothing', async () => {
    const { made, hold, run } = await reached(stage);
    const started = hold.work.x.count + hold.work.y.count;
    run.stop('enough');
    await settle();
    if (stage.isAtWork) {
      expect(run.status).toBe('stopping');
      await release(hold);
    }
    const result = await run.done;
    expect(result.outcome('it')).toMatchObject(stage.isDone === true ? { status: 'succeeded' } : { status: 'stopped', reason: 'enough' });
    expect([hold.work.x.count + hold.work.y.count, result.abandoned, made.clock.pending]).toEqual([started, [], 0]);
    expect(await hasAllSlots(made.flows)).toBe(true);
  });

  test('an abort aborts what is at work, and waits for it', async () => {
    const { made, hold, run } = await reached(stage);
    const calls = [...hold.work.x.calls, ...hold.work.y.calls].filter(({ status }) => status === 'running');
    run.stop('enough', { mode: 'abort' });
    await settle();
    if (stage.isAtWork) {
      expect(run.status).toBe('stopping');
      expect(calls.map(({ signal }) => [signal.aborted, signal.reason as unknown])).toEqual(calls.map(() => [true, 'enough']));
      for (const call of calls) call.fail(call.signal.reason);
      hold.answer.open(true as never);
    }
    const result = await run.done;
    expect([result.status, result.outcome('it'), result.abandoned]).toEqual(['stopped', { status: 'stopped', reason: 'enough' }, []]);
    expect(made.clock.pending).toBe(0);
    expect(await hasAllSlots(made.flows)).toBe(true);
  });

  test.each<[string, StopOptions]>([
    ['its grace', { mode: 'abort', grace: '3s' }],
    ['that of the run', { mode: 'abort' }],
    ['its grace, by force', { mode: 'abort', grace: '3s', force: true }],
  ])('an abort goes on without it after %s', async (_grace, options) => {
    const { made, hold, run } = await reached(stage, { grace: 7_000 });
    const graceMs = options.grace === undefined ? 7_000 : 3_000;
    run.stop('enough', options);
    if (stage.isAtWork) {
      await made.clock.advance(graceMs - 1);
      expect(run.status).toBe('stopping');
      await made.clock.advance(1);
    }
    const result = await run.done;
    expect([result.status, result.outcome('it').status, result.abandoned.length]).toEqual(['stopped', 'stopped', stage.isAtWork ? 1 : 0]);
    expect(made.clock.pending).toBe(0);
    await release(hold);
    expect(await hasAllSlots(made.flows)).toBe(true);
  });

  test('an abort without a grace does not wait', async () => {
    const { made, hold, run } = await reached(stage);
    run.stop('enough', { mode: 'abort', grace: 0 });
    await made.clock.advance(0);
    expect((await run.done).status).toBe('stopped');
    await release(hold);
    expect(await hasAllSlots(made.flows)).toBe(true);
  });

  test('a drain may be raised to an abort', async () => {
    const { made, hold, run } = await reached(stage);
    run.stop('enough');
    await settle();
    run.stop('more', { mode: 'abort', grace: '1s' });
    await made.clock.advance('1s');
    const result = await run.done;
    expect([result.status, result.reason]).toEqual(['stopped', 'enough']);
    await release(hold);
    expect(await hasAllSlots(made.flows)).toBe(true);
  });

  test('a stop of its process stops it', async () => {
    const { made, hold, run } = await reached(stage);
    run.process('p').stop('enough', { mode: 'abort', grace: '1s' });
    await made.clock.advance('1s');
    expect((await run.done).process('p')).toMatchObject({ status: 'stopped', reason: 'enough' });
    await release(hold);
    expect(await hasAllSlots(made.flows)).toBe(true);
  });

  test.each(['process', 'flow'] as const)('the time of the %s ends it', async (whose) => {
    const made = bench({ concurrency: 2 });
    const hold: Hold = { answer: gate<never>(), work: hands('x', 'y') };
    if (whose === 'process') made.p.processTimeout('30m');
    stage.define(made, hold);
    const run = made.flow.start(undefined, { grace: '1s', flowTimeout: whose === 'flow' ? '30m' : undefined });
    await settle();
    await stage.reach?.(made, hold, run);
    await made.clock.advance('31m');
    const result = await run.done;
    expect([result.status, result.outcome('it')]).toMatchObject(['failed', { status: 'stopped', reason: { code: 'timeout' } }]);
    await release(hold);
    expect(await hasAllSlots(made.flows)).toBe(true);
  });

  test('its own time ends it', async () => {
    const made = bench({ concurrency: 2 });
    const hold: Hold = { answer: gate<never>(), work: hands('x', 'y') };
    stage.define(made, hold).stepTimeout('30m');
    const run = made.flow.start(undefined, { grace: '1s' });
    await settle();
    await stage.reach?.(made, hold, run);
    await made.clock.advance(1_800_999);
    expect(run.status).toBe(stage.isAtWork ? 'running' : 'failed');
    await made.clock.advance(1);
    const result = await run.done;
    expect(result.outcome('it')).toMatchObject({ status: 'failed', error: { code: 'timeout', timeoutMs: 1_800_000 } });
    expect([result.status, result.abandoned.length, made.clock.pending]).toEqual(['failed', stage.isAtWork ? 1 : 0, 0]);
    await release(hold);
    expect(await hasAllSlots(made.flows)).toBe(true);
  });

  test('a pause lets what is at work end, and a stop goes before it', async () => {
    const { made, hold, run } = await reached(stage);
    const started = hold.work.x.count + hold.work.y.count;
    run.pause();
    await settle();
    await release(hold);
    expect(hold.work.x.count + hold.work.y.count).toBe(started);
    run.stop('enough', { mode: 'abort', grace: 0 });
    await made.clock.advance(0);
    await run.done;
    await release(hold);
    expect(await hasAllSlots(made.flows)).toBe(true);
  });

  test('goes on after a pause of the run, or of its process', async () => {
    const { hold, run, made } = await reached(stage);
    for (const control of [run, run.process('p')]) {
      control.pause();
      await settle();
      control.resume();
    }
    expect(run.status).toBe('running');
    run.stop('enough', { mode: 'abort', grace: 0 });
    await made.clock.advance(0);
    await run.done;
    await release(hold);
  });
});
