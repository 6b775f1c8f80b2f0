import { describe, expect, test } from 'vitest';
import { bench, hands } from './bench.ts';

describe('the signal of an abandoned attempt', () => {
  test('it stays the same and aborted, and leaves that of the next attempt alone', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout(10).stepRetry(1);
    const run = flow.start(undefined, { grace: 5 });
    const first = await a.started(run.done);
    const before = first.signal;
    await clock.advance(15);
    const second = await a.started(run.done);
    const { signal } = second;
    expect([first.signal === before, first.signal.aborted]).toEqual([true, true]);
    run.stop('enough', { mode: 'abort' });
    expect([signal.aborted, signal.reason]).toEqual([true, 'enough']);
    second.fail(signal.reason);
    await run.done;
  });

  test('it is aborted, also when it is first read after the run went on', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout(10);
    const run = flow.start(undefined, { grace: 0 });
    const call = await a.started(run.done);
    await clock.advance(10);
    await run.done;
    expect(call.signal.aborted).toBe(true);
  });

  test('it may set no keys any more', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout(10).stepRetry(1);
    const run = flow.start(undefined, { grace: 0 });
    const first = await a.started(run.done);
    await clock.advance(10);
    const second = await a.started(run.done);
    expect(() => first.s.set('key', 1)).toThrow(
      expect.objectContaining({ code: 'step-ended', message: "step 'p/a' sets a key after it has ended; set keys while the step is at work" }),
    );
    second.s.set('key', 2);
    second.succeed();
    await run.done;
  });
});
