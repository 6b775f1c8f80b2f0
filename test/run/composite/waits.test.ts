import { TimeoutError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, type Bench, internalErrors, recorded, throwing } from '../bench.ts';
import { gate } from '../shared.ts';

expect.extend(orderMatchers);

type Nap = Bench['p'];

const day = 24 * 60 * 60 * 1000;

describe('waitFor', () => {
  test('SF-03: asks at once and after each pause, until the answer is yes', async () => {
    const { clock, flow, p } = bench();
    const at: number[] = [];
    const step = p.waitFor(() => at.push(clock.now()) === 4, 'ready', { every: '10s' });
    const after = p.customStep(() => clock.now(), 'after', step);
    const run = flow.start();
    await clock.advance('5m');
    const result = await run.done;
    expect(at).toEqual([0, 10_000, 20_000, 30_000]);
    expect([result.outcome(step), result.value(after), clock.pending]).toEqual([{ status: 'succeeded', value: undefined }, 30_000, 0]);
  });

  test('pauses for a second by default, from the answer on', async () => {
    const { clock, flow, p } = bench();
    const at: number[] = [];
    const answers = [gate<boolean>(), gate<boolean>()];
    p.waitFor(() => (answers[at.push(clock.now()) - 1] as ReturnType<typeof gate<boolean>>).promise, 'ready');
    const run = flow.start();
    await clock.advance(300);
    answers[0]?.open(false);
    await clock.advance('1m');
    answers[1]?.open(true);
    await run.done;
    expect(at).toEqual([0, 1_300]);
  });

  test('waits for its timings, and reads their results', async () => {
    const { flow, p } = bench();
    const first = p.customStep(() => 3, 'first');
    const step = p.waitFor((s) => s.results.first === 3, 'ready', undefined, first);
    expect(await flow.run()).toHaveStatus(step, 'succeeded');
  });

  test.each([
    ['throws', throwing(new Error('unclear')), 'unclear'],
    ['rejects', (): unknown => Promise.reject(new Error('unclear')), 'unclear'],
    ['answers with a number', (): unknown => 1, "the condition of step 'p/ready' answered with 1; return true or false, or a promise of one"],
  ] as const)('fails when its condition %s', async (_, condition, message) => {
    const { flow, p } = bench();
    const step = p.waitFor(condition as never, 'ready');
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { message } });
  });

  test('fails when its time is up, and is asked once more then', async () => {
    const { clock, flow, p } = bench();
    const at: number[] = [];
    const step = p.waitFor(() => at.push(clock.now()) < 0, 'ready', { every: '10s', timeout: '25s' });
    const run = flow.start();
    await clock.advance('1h');
    const result = await run.done;
    expect(at).toEqual([0, 10_000, 20_000, 25_000]);
    expect(result.outcome(step)).toMatchObject({ status: 'failed', error: { code: 'timeout', timeoutMs: 25_000 } });
    expect(result.abandoned).toEqual([]);
  });

  test('has its yes at the last moment', async () => {
    const { clock, flow, p } = bench();
    const step = p.waitFor(() => clock.now() >= 25_000, 'ready', { every: '10s', timeout: '25s' });
    const run = flow.start();
    await clock.advance('1h');
    expect(await run.done).toHaveStatus(step, 'succeeded');
  });

  test('a condition that hangs beyond the time is left behind after the grace, and named', async () => {
    const { clock, flow, p } = bench();
    const answer = gate<boolean>();
    const step = p.waitFor(() => answer.promise, 'ready', { timeout: '25s' });
    const run = flow.start(undefined, { grace: '5s' });
    await clock.advance(29_999);
    expect(run.status).toBe('running');
    await clock.advance(1);
    const result = await run.done;
    expect(result.outcome(step)).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
    expect([result.abandoned, clock.pending]).toEqual([['p/ready'], 0]);
  });

  test('a yes that comes after the time, within the grace, is too late', async () => {
    const { clock, flow, p } = bench();
    const answer = gate<boolean>();
    const step = p.waitFor(() => answer.promise, 'ready', { timeout: '25s' });
    const run = flow.start(undefined, { grace: '5s' });
    await clock.advance('26s');
    answer.open(true);
    const result = await run.done;
    expect(result.outcome(step)).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
    expect([result.abandoned, clock.pending]).toEqual([[], 0]);
  });

  test('the signal of a condition aborts when the time is up', async () => {
    const { clock, flow, p } = bench();
    let reason: Error | undefined;
    p.waitFor(
      (s) =>
        new Promise<boolean>((_, reject) => {
          s.signal.addEventListener('abort', () => {
            reason = s.signal.reason as Error;
            reject(reason);
          });
        }),
      'ready',
      { timeout: '25s' },
    );
    const run = flow.start();
    await clock.advance('25s');
    const result = await run.done;
    expect(reason).toBeInstanceOf(TimeoutError);
    expect(result.outcome('ready')).toEqual({ status: 'failed', error: reason });
  });

  test('ends at once when the run is stopped between two answers', async () => {
    const { flow, p } = bench();
    const step = p.waitFor(() => false, 'ready');
    const run = flow.start();
    await settle();
    run.stop('enough');
    expect((await run.done).outcome(step)).toEqual({ status: 'stopped', reason: 'enough' });
  });

  test('what a condition throws after a stop is told, unless it is about the stop', async () => {
    const { flow, p } = bench();
    const answers = [gate<boolean>(), gate<boolean>()];
    const reason = new Error('enough');
    p.waitFor(() => answers[0]?.promise.then(throwing(new Error('unclear'))) as Promise<boolean>, 'one');
    p.waitFor(() => answers[1]?.promise.then(throwing(reason)) as Promise<boolean>, 'two');
    const run = flow.start();
    const events = recorded(run);
    await settle();
    run.stop(reason, { mode: 'abort' });
    for (const answer of answers) answer.open(true);
    const result = await run.done;
    expect(result.status).toBe('stopped');
    expect(internalErrors(events).map(({ stage, path, error }) => [stage, path, error.message])).toEqual([['late-step', 'p/one', 'unclear']]);
  });
});

describe('sleep', () => {
  test.each([
    ['a duration', '90s' as const, 90_000],
    ['no time', 0, 0],
    ['months', 100 * day, 100 * day],
  ])('of %s', async (_, duration, ms) => {
    const { clock, flow, p } = bench();
    const step = p.sleep(duration, 'nap');
    const after = p.customStep(() => clock.now(), 'after', step);
    const run = flow.start();
    await clock.advance(ms);
    await settle();
    const result = await run.done;
    expect([result.outcome(step), result.value(after), clock.pending]).toEqual([{ status: 'succeeded', value: undefined }, ms, 0]);
  });

  test('as long as a function says', async () => {
    const { clock, flow, p } = bench();
    const first = p.customStep(() => 7, 'first');
    const step = p.sleep((s) => s.result(first) * 1000, 'nap').after(first);
    const run = flow.start();
    await clock.advance(6_999);
    expect(run.outcome(step)).toEqual({ status: 'running' });
    await clock.advance(1);
    expect(await run.done).toHaveStatus(step, 'succeeded');
  });

  test('until a moment, of a Date, a number, or a function', async () => {
    const { clock, flow, p } = bench();
    await clock.advance('1h');
    const ends: number[] = [];
    const steps = [p.sleepUntil(new Date(4_000_000), 'date'), p.sleepUntil(5_000_000, 'number'), p.sleepUntil(() => new Date(6_000_000), 'made')];
    for (const [at, step] of steps.entries()) p.customStep(() => ends.push(clock.now()), `after ${at}`, step);
    const run = flow.start();
    await clock.advance('1h');
    await run.done;
    expect(ends).toEqual([4_000_000, 5_000_000, 6_000_000]);
  });

  test('until a moment of the past is over at once', async () => {
    const { clock, flow, p } = bench();
    await clock.advance('1h');
    p.sleepUntil(new Date(0), 'date');
    p.sleepUntil(() => 1, 'made');
    expect(await flow.run()).toHaveStatus('succeeded');
  });

  test.each([
    ['a duration that is none', (p: Nap) => p.sleep((() => 'soon') as never, 'nap'), "the duration of 'p/nap' is 'soon', which is not a duration"],
    ['an invalid date', (p: Nap) => p.sleepUntil(() => new Date(NaN), 'nap'), "the end of 'p/nap' is an invalid date; give a Date, or milliseconds since the epoch"],
    ['nothing', (p: Nap) => p.sleepUntil((() => undefined) as never, 'nap'), "the end of 'p/nap' is undefined; give a Date, or milliseconds since the epoch"],
  ])('fails when its function makes %s', async (_, define, message) => {
    const { flow, p } = bench();
    const step = define(p);
    const outcome = (await flow.run()).outcome(step);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'invalid-duration' } });
    expect(outcome.status === 'failed' && outcome.error.message).toContain(message);
  });

  test('ends at once with a stop, of either mode', async () => {
    for (const mode of ['drain', 'abort'] as const) {
      const { clock, flow, p } = bench();
      const step = p.sleep('1h', 'nap');
      const run = flow.start();
      await settle();
      run.stop('enough', { mode });
      expect((await run.done).outcome(step)).toEqual({ status: 'stopped', reason: 'enough' });
      expect(clock.pending).toBe(0);
    }
  });
});
