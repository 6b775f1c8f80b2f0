import { createFlows, failed, type Clock, type Flow, type FlowResult, type Process } from 'millrace';
import { drawTimeline, handStep, orderMatchers, settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';

expect.extend(orderMatchers);

interface Bench {
  readonly clock: VirtualClock;
  readonly flow: Flow;
  readonly release: Process<undefined>;
}

function bench(): Bench {
  const clock = virtualClock();
  let runs = 0;
  const flows = createFlows({ clock, ids: () => `r-${(runs += 1)}` });
  const flow = flows.registerFlow('release');
  return { clock, flow, release: flow.process('release') };
}

describe('steps by hand', () => {
  //   fetch ─┬─ build ── ship
  //          └─ lint
  test('steps start when the test lets their dependencies succeed', async () => {
    const { flow, release } = bench();
    const [fetch, build, lint, ship] = [handStep('fetch'), handStep<number>('build'), handStep('lint'), handStep('ship')];
    release.follow(fetch, build, ship);
    release.parallel(lint).after(fetch);
    const run = flow.start();
    const fetching = await fetch.started(run.done);
    await settle();
    expect([build.count, lint.count, ship.count]).toEqual([0, 0, 0]);
    fetching.succeed();
    const [building, linting] = [await build.started(run.done), await lint.started(run.done)];
    await settle();
    expect(ship.count).toBe(0);
    building.succeed(7);
    const shipping = await ship.started(run.done);
    expect(shipping.s.result(build)).toBe(7);
    linting.succeed();
    shipping.succeed();
    const result = await run.done;
    expect(result.value(build)).toBe(7);
    expect(result).toHaveStatus('succeeded');
    expect(result).toHaveRunInOrder([fetch, build, ship]);
    expect(result).toHaveOverlapped(lint, 'release/ship');
    expect(result).not.toHaveRunBefore(build.run, lint);
  });

  test('each attempt is a call, and the time between them is virtual', async () => {
    const { clock, flow, release } = bench();
    const build = handStep<string>('build');
    release.customStep(build.run, 'build').stepRetry({ retries: 2, delay: '10m', backoff: 'fixed' });
    const run = flow.start();
    for (const attempt of [1, 2]) {
      const call = await build.started(run.done);
      expect(call.attempt).toBe(attempt);
      call.fail(new Error('no space left'));
      await clock.advance(10 * 60_000 - 1);
      expect(build.count).toBe(attempt);
      await clock.advance(1);
    }
    (await build.started(run.done)).succeed('built');
    const result = await run.done;
    expect(result.value('build')).toBe('built');
    expect(result.endedAt - result.startedAt).toBe(20 * 60_000);
  });

  test('a timeout aborts the signal of the call, and the run goes on after the grace', async () => {
    const { clock, flow, release } = bench();
    const slow = handStep('slow');
    release.customStep(slow.run, 'slow').stepTimeout('30s');
    const run = flow.start(undefined, { grace: '5s' });
    const call = await slow.started(run.done);
    await clock.advance('30s');
    expect(call.signal.aborted).toBe(true);
    expect(run.status).toBe('running');
    await clock.advance('5s');
    const result = await run.done;
    expect(result.abandoned).toEqual(['release/slow']);
    expect(drawTimeline(result)).toContain('▶  failed: ');
    expect(clock.pending).toBe(0);
  });

  test('a step that cannot start says why', async () => {
    const { flow, release } = bench();
    const [build, ship] = [handStep('build'), handStep('ship')];
    release.follow(build, ship);
    const run = flow.start();
    (await build.started(run.done)).fail(new Error('no space left'));
    await expect(ship.started(run.done)).rejects.toThrow("step 'ship' never started: the run ended failed; ship: cancelled ← build: failed: no space left");
  });

  test('a step whose run is refused says why', async () => {
    const flows = createFlows();
    const refusing = { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) } } as const;
    const flow = flows.registerFlow<undefined>('refused', { input: refusing });
    const build = handStep('build');
    flow.process('p').follow(build);
    await expect(build.started(flow.run())).rejects.toThrow("step 'build' never started: the run could not start: InputError: ");
  });

  test('one function works for several steps', async () => {
    const { flow, release } = bench();
    const upload = handStep('upload');
    release.parallel({ linux: upload.run, windows: upload.run });
    const run = flow.start();
    const calls = [await upload.started(run.done), await upload.started(run.done)];
    expect(calls.map((call) => call.s.name)).toEqual(['linux', 'windows']);
    expect(upload.running).toBe(2);
    for (const call of calls) call.succeed();
    expect(await run.done).toHaveOverlapped('linux', 'windows');
  });
});

describe('a run on a virtual clock', () => {
  test('a hundred thousand sync steps end without the time moving', async () => {
    const { clock, flow, release } = bench();
    let done = 0;
    release.customStep(() => (done += 1), 's0');
    for (let index = 1; index < 100_000; index += 1) release.customStep(() => (done += 1), `s${index}`, `s${index - 1}`);
    await flow.run();
    expect([done, clock.now()]).toEqual([100_000, 0]);
  }, 60_000);

  test('a run that yields at every step goes on while the time stands still', async () => {
    const { clock, flow, release } = bench();
    let elapsed = 0;
    let yields = 0;
    const restless: Clock = {
      now: () => clock.now(),
      monotonic: () => (elapsed += 100),
      setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
      yield(callback) {
        yields += 1;
        clock.yield(callback);
      },
    };
    release.customStep(() => 0, 's0');
    for (let index = 1; index < 1_000; index += 1) release.customStep(() => index, `s${index}`, `s${index - 1}`);
    const run = flow.start(undefined, { clock: restless });
    await settle();
    expect(run.status).toBe('succeeded');
    expect(yields).toBeGreaterThan(100);
  });
});

//   build ──┬── ship
//           └·· repair (only if build failed)
describe('the matchers on a run', () => {
  async function failedRun(): Promise<FlowResult> {
    const { flow, release } = bench();
    const build = release.customStep(() => {
      throw new Error('no space left');
    }, 'build');
    release.customStep(() => undefined, 'ship', build);
    release.customStep(() => undefined, 'repair', failed(build));
    return flow.run();
  }

  test('the run is drawn with what did not start, and why', async () => {
    expect(drawTimeline(await failedRun())).toBe(`run 'r-1' of flow 'release': failed
  release/build   ━━    failed: no space left
  release/repair    ━━  succeeded
  release/ship          cancelled ← build: failed: no space left`);
  });

  test('order and status are those of the run', async () => {
    const result = await failedRun();
    expect(result).toHaveRunBefore('build', 'repair');
    expect(result).toHaveStatus('build', 'failed');
    expect(result).toHaveStatus('release/ship', 'cancelled');
    expect(result).not.toHaveOverlapped('build', 'ship');
  });

  test('an unknown name is the own error of the result', async () => {
    const result = await failedRun();
    const message = "there is no step 'biuld' in flow 'release'";
    expect(() => result.outcome('biuld')).toThrow(message);
    expect(() => expect(result).toHaveRunBefore('biuld', 'ship')).toThrow(message);
    expect(() => expect(result).not.toHaveStatus('biuld', 'failed')).toThrow(message);
  });
});
