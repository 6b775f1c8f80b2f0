import { describe, expect, test } from 'vitest';
import type { FlowResult } from '../../src/define/run.ts';
import type { StepContext } from '../../src/define/step-context.ts';
import { handStep, HandStepError, settle, type HandCall } from '../../src/testing/index.ts';
import { cancelledBy, failedAt, recordedResult } from './recorded.ts';

/** As much of a context as a hand-driven step looks at. */
function contextOf(attempt = 1, signal: AbortSignal = new AbortController().signal): StepContext {
  return { attempt, signal, name: 'build' } as unknown as StepContext;
}

/** The end of a run that the test brings about. */
function endOfRun(): { done: Promise<FlowResult>; end: (result: FlowResult) => void; refuse: (error: Error) => void } {
  let end!: (result: FlowResult) => void;
  let refuse!: (error: Error) => void;
  const done = new Promise<FlowResult>((resolve, reject) => {
    end = resolve;
    refuse = reject;
  });
  return { done, end, refuse };
}

describe('a call', () => {
  test('a call stays at work until the test settles it', async () => {
    const build = handStep<number>('build');
    let returned: number | undefined;
    void build.run(contextOf()).then((value) => (returned = value));
    const call = await build.started();
    await settle();
    expect([returned, call.status, build.running]).toEqual([undefined, 'running', 1]);
    call.succeed(7);
    await settle();
    expect([returned, call.status, build.running]).toEqual([7, 'succeeded', 0]);
  });

  test('fail lets the step throw the very error', async () => {
    const build = handStep('build');
    const broken = new Error('no space left');
    const returned = build.run(contextOf());
    (await build.started()).fail(broken);
    await expect(returned).rejects.toBe(broken);
    expect(build.calls[0]?.status).toBe('failed');
  });

  test('a call shows its context, attempt and signal', async () => {
    const build = handStep('build');
    const { signal } = new AbortController();
    const context = contextOf(3, signal);
    void build.run(context);
    const call = await build.started();
    expect(call.s).toBe(context);
    expect(call.attempt).toBe(3);
    expect(call.signal).toBe(signal);
  });

  test('an aborted signal does not settle the call', async () => {
    const build = handStep('build');
    const abort = new AbortController();
    const returned = build.run(contextOf(1, abort.signal));
    const call = await build.started();
    abort.abort(new Error('stop'));
    await settle();
    expect([call.signal.aborted, call.status]).toEqual([true, 'running']);
    call.fail(call.signal.reason);
    await expect(returned).rejects.toThrow('stop');
  });

  test.for([
    ['succeed', 'succeed', 'succeeded'],
    ['succeed', 'fail', 'succeeded'],
    ['fail', 'succeed', 'failed'],
    ['fail', 'fail', 'failed'],
  ] as const)('%s and then %s is refused', async ([first, second, status]) => {
    const build = handStep('build');
    build.run(contextOf()).catch(() => undefined);
    build.run(contextOf()).catch(() => undefined);
    await build.started();
    const call = await build.started();
    call[first](new Error('once'));
    expect(() => call[second](new Error('twice'))).toThrow(new HandStepError('build', `call 2 of step 'build' has ${status} already; settle each call once`));
  });
});

describe('started', () => {
  test('it gives calls that have started, in their order', async () => {
    const build = handStep('build');
    for (const attempt of [1, 2, 3]) void build.run(contextOf(attempt));
    const attempts = [await build.started(), await build.started(), await build.started()].map((call) => call.attempt);
    expect(attempts).toEqual([1, 2, 3]);
  });

  test('it waits for a call that has not started', async () => {
    const build = handStep('build');
    const waiting = build.started();
    void build.run(contextOf());
    expect(await waiting).toBe(build.calls[0]);
  });

  test('two that wait get two calls, in the order in which they asked', async () => {
    const build = handStep('build');
    const waiting = [build.started(), build.started()];
    void build.run(contextOf(1));
    void build.run(contextOf(2));
    expect((await Promise.all(waiting)).map((call) => call.attempt)).toEqual([1, 2]);
  });

  test('calls and count know every call, taken or not, settled or not', async () => {
    const build = handStep('build');
    const returned = [build.run(contextOf(1)), build.run(contextOf(2)), build.run(contextOf(3))];
    (await build.started()).succeed('one');
    expect([build.count, build.running]).toEqual([3, 2]);
    expect(build.calls.map((call) => [call.attempt, call.status])).toEqual([
      [1, 'succeeded'],
      [2, 'running'],
      [3, 'running'],
    ]);
    for (const call of build.calls.slice(1)) call.succeed();
    expect(await Promise.all(returned)).toEqual(['one', undefined, undefined]);
  });
});

describe('a step that is not called', () => {
  test('started rejects when the run ends first, with why the step did not start', async () => {
    const ship = handStep('ship');
    const run = endOfRun();
    const waiting = ship.started(run.done);
    run.end(recordedResult({ 'release/build': failedAt(0, 1, 'no space left'), 'release/ship': cancelledBy('release/build', 'no space left') }, 'failed'));
    await expect(waiting).rejects.toThrow(
      new HandStepError('ship', "step 'ship' never started: the run ended failed; ship: cancelled ← release/build: failed: no space left"),
    );
  });

  test('started rejects when the run has no such step', async () => {
    const waiting = handStep('ship').started(Promise.resolve(recordedResult({})));
    await expect(waiting).rejects.toMatchObject({ name: 'HandStepError', step: 'ship', message: "step 'ship' never started: the run ended succeeded" });
  });

  test('started rejects when the step does not start again', async () => {
    const build = handStep('build');
    const run = endOfRun();
    void build.run(contextOf());
    await build.started(run.done);
    const again = build.started(run.done);
    run.end(recordedResult({}));
    await expect(again).rejects.toThrow("step 'build' did not start again (calls so far: 1): the run ended succeeded");
  });

  test('started rejects when the run could not start', async () => {
    const run = endOfRun();
    const waiting = handStep('ship').started(run.done);
    const cause = new Error('the input does not fit');
    run.refuse(cause);
    await expect(waiting).rejects.toMatchObject({ message: "step 'ship' never started: the run could not start: Error: the input does not fit", cause });
  });

  test('a call that has started is given, also when the run has ended', async () => {
    const build = handStep('build');
    void build.run(contextOf());
    expect(await build.started(Promise.resolve(recordedResult({})))).toBe(build.calls[0]);
  });

  test('one that gave up does not take the call of the next', async () => {
    const build = handStep('build');
    const gaveUp = build.started(Promise.resolve(recordedResult({})));
    const waiting: Promise<HandCall> = build.started();
    await expect(gaveUp).rejects.toThrow(HandStepError);
    void build.run(contextOf());
    expect(await waiting).toBe(build.calls[0]);
  });
});

test('the step and its function have the name', () => {
  expect([handStep('build').name, handStep('build').run.name, handStep().name]).toEqual(['build', 'build', 'step']);
});

test('a name that no step can have is refused', () => {
  const name: string = 'release/build';
  expect(() => handStep(name)).toThrow("the name of a step is 'release/build'");
});
