import { FlowError, RunError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, throwing } from './bench.ts';

expect.extend(orderMatchers);

const broken = new Error('card declined');

describe('failure policies', () => {
  test('by default a failure cancels its dependents and nothing else', async () => {
    const { flow, p } = bench();
    const { bad, slow, after } = hands('bad', 'slow', 'after');
    p.parallel(bad);
    p.follow(slow, after);
    const run = flow.start();
    await fail(run, bad);
    await settle();
    expect(run.status).toBe('running');
    await pass(run, slow);
    await pass(run, after);
    expect(await run.done).toHaveStatus('after', 'succeeded');
  });

  test('fail-fast aborts what is at work and starts nothing more', async () => {
    const { flow, p } = bench();
    const { bad, slow, after } = hands('bad', 'slow', 'after');
    p.parallel(bad);
    p.follow(slow, after);
    const run = flow.start(undefined, { onFailure: 'fail-fast' });
    const call = await slow.started(run.done);
    const { signal } = call;
    await fail(run, bad, broken);
    await settle();
    expect([signal.aborted, run.status]).toEqual([true, 'stopping']);
    expect(signal.reason).toBe(broken);
    call.fail(signal.reason);
    const result = await run.done;
    expect(result).toHaveStatus('failed');
    expect(result.outcome('slow')).toEqual({ status: 'stopped', reason: broken });
    expect(result).toHaveStatus('after', 'cancelled');
    expect(result.reason).toBe(broken);
    expect(() => result.orThrow()).toThrow(/^run of flow 'f' failed, a step failed:\n {2}- p\/bad: card declined$/);
  });

  test('under fail-fast a step that waits for its next attempt is stopped', async () => {
    const { flow, p } = bench();
    const { bad } = hands('bad');
    p.parallel(bad);
    p.customStep(throwing(), 'again').stepRetry({ retries: 3, delay: '1h' });
    const run = flow.start(undefined, { onFailure: 'fail-fast' });
    await fail(run, bad, broken);
    expect(await run.done).toHaveStatus('again', 'stopped');
  });

  test('orThrow throws one error with all failures, and gives back a result that succeeded', async () => {
    const { flows, flow, p } = bench();
    p.customStep(throwing(broken), 'charge');
    p.customStep(throwing(new Error('no stock')), 'reserve');
    const result = await flow.run();
    const thrown = (() => {
      try {
        return result.orThrow();
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(RunError);
    expect(thrown).toBeInstanceOf(FlowError);
    expect(thrown).toMatchObject({
      name: 'RunError',
      code: 'run-failed',
      message: "run of flow 'f' failed, 2 steps failed:\n  - p/charge: card declined\n  - p/reserve: no stock",
      cause: broken,
      result,
    });
    const fine = flows.registerFlow('fine');
    fine.process('p').customStep(() => 1, 'a');
    const good = await fine.run();
    expect(good.orThrow()).toBe(good);
  });
});
