import { NonErrorThrown, TimeoutError } from 'millrace';
import { orderMatchers } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, recorded, throwing } from './bench.ts';

expect.extend(orderMatchers);

const broken = new Error('card declined');

describe('a failing step', () => {
  test('FAIL-01 a run in which a step failed is failed, with the thrown object itself', async () => {
    const { flow, p } = bench();
    p.customStep(throwing(broken), 'charge');
    const result = await flow.run();
    expect(result).toHaveStatus('failed');
    expect(result.outcome('charge')).toEqual({ status: 'failed', error: broken });
    expect(result.errors).toEqual([{ path: 'p/charge', error: broken }]);
    expect(result.errors[0]?.error).toBe(broken);
  });

  test('FAIL-01 run never rejects because a step failed', async () => {
    const { flow, p } = bench();
    p.customStep(() => Promise.reject(broken), 'charge');
    await expect(flow.run()).resolves.toHaveStatus('charge', 'failed');
  });

  // A panic of the original is anything thrown that nobody meant to throw.
  test('FAIL-02 a programming mistake in a step fails the step and nothing else', async () => {
    const { flow, p } = bench();
    p.customStep(() => (undefined as unknown as { readonly x: () => void }).x(), 'mistake');
    p.customStep(() => 'fine', 'other');
    const result = await flow.run();
    expect(result.outcome('mistake')).toMatchObject({ status: 'failed', error: expect.any(TypeError) as TypeError });
    expect(result.value('other')).toBe('fine');
  });

  //   1 ── 2 ── 3       11 ── 12 ── 13 ── 14
  test.for([['FAIL-03', new Error('no')], ['FAIL-04', 'a panic']] as const)(
    '%s what waits for a failed step is cancelled, everything else goes on',
    async ([, thrown]) => {
      const { flow, p } = bench();
      let ran = 0;
      const count = (): number => (ran += 1);
      p.customStep(() => {
        count();
        throwing(thrown)();
      }, '1').next(count, '2').next(count, '3');
      p.customStep(count, '11').next(count, '12').next(count, '13').next(count, '14');
      const result = await flow.run();
      expect(ran).toBe(5);
      expect(result).toHaveStatus('failed');
      expect(result.outcome('2')).toEqual({ status: 'cancelled', because: [{ path: 'p/1', status: 'failed' }] });
      expect(result.outcome('3')).toEqual({ status: 'cancelled', because: [{ path: 'p/2', status: 'cancelled' }] });
      expect(result).toHaveStatus('14', 'succeeded');
    },
  );

  // Repaired: the body is aborted and awaited, so nothing of it outlives the run unseen. Events stand for the callbacks.
  test('FAIL-05 an error, a panic and a timeout all fail the run, which waits for the aborted body', async () => {
    const { clock, flow, p } = bench();
    const { error, panic, slow } = hands('error', 'panic', 'slow');
    p.parallel(error, panic);
    p.customStep(slow.run, 'slow').stepTimeout(1);
    const run = flow.start();
    const events = recorded(run);
    await fail(run, error, broken);
    await fail(run, panic, 'a panic');
    const call = await slow.started(run.done);
    const { signal } = call;
    await clock.advance(1);
    expect([signal.aborted, run.status]).toEqual([true, 'running']);
    call.succeed('too late');
    const result = await run.done;
    expect(events.flatMap((event) => (event.type === 'step-ended' ? [[event.step, event.outcome.status]] : []))).toEqual([
      ['error', 'failed'],
      ['panic', 'failed'],
      ['slow', 'failed'],
    ]);
    expect(result.errors.map(({ path, error: { constructor } }) => [path, constructor])).toEqual([
      ['p/error', Error],
      ['p/panic', NonErrorThrown],
      ['p/slow', TimeoutError],
    ]);
    expect(result.process('p').errors).toHaveLength(3);
    expect(result.abandoned).toEqual([]);
  });

  // An event stands for the callback.
  test('FAIL-06 the end of a failed step shows the failure and its explanation', async () => {
    const { flow, p } = bench();
    p.customStep(throwing('a panic'), 'step');
    const run = flow.start();
    const ends = recorded(run);
    const result = await run.done;
    expect(ends.find((event) => event.type === 'step-ended')).toMatchObject({ outcome: { status: 'failed', error: { thrown: 'a panic' } }, attempts: 1 });
    expect(result.explain('step')).toBe("step: failed: the string 'a panic' was thrown, which is not an Error; throw an Error, so that it has a stack");
  });
});
