import { TimeoutError } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, recorded } from './bench.ts';

describe('a timeout that is reached', () => {
  // Repaired: attempts never overlap, and the run ends with the last of them.
  test.for(['TIME-05 of the process', 'TIME-07 of the step'])('%s: every attempt is aborted in time, then the step has failed', async (row) => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    const handle = p.customStep(a.run, 'a');
    if (row.startsWith('TIME-05')) p.stepTimeout(1).stepRetry(3);
    else handle.stepTimeout(1).stepRetry(3);
    handle.next(b.run, 'b');
    const run = flow.start();
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const call = await a.started(run.done);
      const { signal } = call;
      await clock.advance(1);
      expect([signal.aborted, a.running, a.count]).toEqual([true, 1, attempt]);
      call.fail(signal.reason);
    }
    const result = await run.done;
    expect([a.count, b.count]).toEqual([4, 0]);
    expect(result.errors).toEqual([{ path: 'p/a', error: expect.any(TimeoutError) as TimeoutError }]);
    expect(result.explain('b')).toBe("b: cancelled ← a: failed: step 'p/a' took longer than 1 ms; give it more time, or make it end when its signal aborts");
  });

  test('NEW-09 the signal aborts with the very error of the outcome, and a late value is ignored', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout('30s');
    const run = flow.start();
    const call = await a.started(run.done);
    const { signal } = call;
    await clock.advance(29_999);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.aborted).toBe(true);
    call.succeed('too late');
    const result = await run.done;
    expect(result.errors[0]?.error).toBe(signal.reason);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError', code: 'timeout', timeoutMs: 30_000 });
  });

  test('NEW-09 a body that throws something else after its time is up has still timed out', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout('30s');
    const run = flow.start();
    await clock.advance('30s');
    await fail(run, a, new Error('connection closed'));
    expect((await run.done).errors[0]?.error).toBeInstanceOf(TimeoutError);
  });

  test('a signal that is read after the abort is aborted', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout(10);
    const run = flow.start();
    const call = await a.started(run.done);
    await clock.advance(10);
    expect([call.signal.aborted, call.signal.reason]).toEqual([true, expect.any(TimeoutError)]);
    call.fail(call.signal.reason);
    await run.done;
  });

  test('a timeout is one attempt among others: the next may succeed', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout(10).stepRetry(1);
    const run = flow.start();
    const events = recorded(run);
    const first = await a.started(run.done);
    await clock.advance(10);
    expect(a.count).toBe(1);
    first.fail(new Error('aborted'));
    await pass(run, a, 'second');
    expect((await run.done).value('a')).toBe('second');
    expect(events.find((event) => event.type === 'step-retrying')).toMatchObject({ attempt: 1, error: expect.any(TimeoutError) as TimeoutError });
  });

  test('a timeout longer than a timer can hold is kept to the millisecond', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout('60d');
    const run = flow.start();
    const call = await a.started(run.done);
    const { signal } = call;
    await clock.advance(60 * 86_400_000 - 1);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.aborted).toBe(true);
    call.fail(signal.reason);
    await run.done;
  });
});
