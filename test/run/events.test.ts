import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, recorded, words } from './bench.ts';

const base = { runId: 'r-1', flow: 'f' };

describe('the events of a run', () => {
  //   a (fails once) ── b      bad ── never
  test('every event comes with its payload, in the order in which things happened', async () => {
    const { clock, flow, p } = bench();
    const { a, b, bad, never } = hands('a', 'b', 'bad', 'never');
    const broken = new Error('broken');
    p.customStep(a.run, 'a').stepRetry({ retries: 1, delay: '10s' });
    p.customStep(b.run, 'b', 'a');
    p.follow(bad, never);
    const run = flow.start();
    const events = recorded(run);
    await fail(run, a, broken);
    await fail(run, bad, broken);
    await clock.advance('10s');
    await pass(run, a, 'A');
    await pass(run, b, 'B');
    const result = await run.done;
    const of = (step: string): object => ({ ...base, path: `p/${step}`, process: 'p', step });
    expect(events).toEqual([
      { type: 'run-started', ...base, at: 0 },
      { type: 'step-started', ...of('a'), at: 0, attempt: 1 },
      { type: 'step-started', ...of('bad'), at: 0, attempt: 1 },
      { type: 'step-retrying', ...of('a'), at: 0, attempt: 1, error: broken, retryAt: 10_000 },
      { type: 'step-ended', ...of('bad'), at: 0, outcome: { status: 'failed', error: broken }, attempts: 1 },
      { type: 'step-ended', ...of('never'), at: 0, outcome: { status: 'cancelled', because: [{ path: 'p/bad', status: 'failed' }] }, attempts: 0 },
      { type: 'step-started', ...of('a'), at: 10_000, attempt: 2 },
      { type: 'step-ended', ...of('a'), at: 10_000, outcome: { status: 'succeeded', value: 'A' }, attempts: 2 },
      { type: 'step-started', ...of('b'), at: 10_000, attempt: 1 },
      { type: 'step-ended', ...of('b'), at: 10_000, outcome: { status: 'succeeded', value: 'B' }, attempts: 1 },
      { type: 'process-ended', ...base, at: 10_000, process: 'p', status: 'failed' },
      { type: 'run-ended', ...base, at: 10_000, status: 'failed' },
    ] satisfies readonly object[]);
    expect([result.startedAt, result.endedAt]).toEqual([0, 10_000]);
  });

  test('pause, resume and stop are events, with the process they concern', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    await a.started(run.done);
    const events = recorded(run);
    run.pause();
    run.resume();
    run.process('p').stop('enough');
    a.calls[0]?.succeed();
    await run.done;
    expect(events.slice(0, 3)).toEqual([
      { type: 'run-paused', ...base, at: 0, process: undefined },
      { type: 'run-resumed', ...base, at: 0, process: undefined },
      { type: 'run-stopping', ...base, at: 0, process: 'p', mode: 'drain', reason: 'enough' },
    ]);
    expect(words(events.slice(3))).toEqual(['step-ended p/a', 'process-ended', 'run-ended']);
  });

  test('a run that is stopped before its first step still starts and ends', async () => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    const run = flow.start();
    const events = recorded(run);
    run.stop('enough');
    await run.done;
    expect(words(events)).toEqual(['run-started', 'run-stopping', 'step-ended p/a', 'process-ended', 'run-ended']);
  });

  test('the time is that of the clock, in milliseconds since the epoch', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    await clock.advance('1d');
    const run = flow.start();
    const events = recorded(run);
    await clock.advance(5);
    await pass(run, a);
    await run.done;
    expect(events.map((event) => event.at)).toEqual([86_400_000, 86_400_000, 86_400_005, 86_400_005, 86_400_005]);
  });
});
