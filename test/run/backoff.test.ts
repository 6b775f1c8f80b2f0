import type { RetryOptions } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, recorded, throwing } from './bench.ts';

/** The pauses before each retry of a step that always fails, in milliseconds. */
async function pauses(retry: RetryOptions, draws: readonly number[] = [0]): Promise<readonly number[]> {
  let drawn = 0;
  const { clock, flow, p } = bench({ random: () => draws[drawn++ % draws.length] ?? 0 });
  p.customStep(throwing(), 'a').stepRetry(retry);
  const run = flow.start();
  const events = recorded(run);
  while (await clock.advanceToNext());
  const result = await run.done;
  const starts = events.flatMap((event) => (event.type === 'step-started' ? [event.at] : []));
  expect(result.endedAt).toBe(starts.at(-1));
  return starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
}

describe('the pause before each retry', () => {
  test.for<[RetryOptions, readonly number[]]>([
    [{ retries: 0, delay: 100 }, []],
    [{ retries: 3 }, [0, 0, 0]],
    [{ retries: 3, delay: 100, backoff: 'fixed' }, [100, 100, 100]],
    [{ retries: 4, delay: 100, backoff: 'linear' }, [100, 200, 300, 400]],
    [{ retries: 4, delay: 100 }, [100, 200, 400, 800]],
    [{ retries: 4, delay: 100, backoff: 'exponential', factor: 3 }, [100, 300, 900, 2_700]],
    [{ retries: 3, delay: 100, factor: 1 }, [100, 100, 100]],
    [{ retries: 3, delay: '1s', factor: 1.5 }, [1_000, 1_500, 2_250]],
    [{ retries: 4, delay: 100, maxDelay: 250 }, [100, 200, 250, 250]],
    [{ retries: 4, delay: 100, backoff: 'linear', maxDelay: '0.25s' }, [100, 200, 250, 250]],
    [{ retries: 2, delay: 100, maxDelay: 0 }, [0, 0]],
    [{ retries: 9, delay: 100, maxElapsed: 700 }, [100, 200, 400]],
    [{ retries: 9, delay: 100, maxElapsed: 699 }, [100, 200]],
    [{ retries: 9, delay: 100, maxElapsed: 0 }, []],
    [{ retries: 2_000, delay: 1, maxDelay: 2 }, [1, ...Array.from({ length: 1_999 }, () => 2)]],
  ])('%j gives %j', async ([retry, expected]) => {
    expect(await pauses(retry)).toEqual(expected);
  });

  test.for<[number, readonly number[], readonly number[]]>([
    [0, [0.9], [100, 100]],
    [0.5, [0, 0.5], [100, 75]],
    [0.5, [0.999], [50.05, 50.05]],
    [1, [0, 0.25], [100, 75]],
  ])('a jitter of %d with the draws %j gives %j', async ([jitter, draws, expected]) => {
    const found = await pauses({ retries: 2, delay: 100, backoff: 'fixed', jitter }, draws);
    expected.forEach((pause, index) => expect(Math.abs((found[index] ?? 0) - pause)).toBeLessThan(2));
  });

  test('no jitter draws nothing', async () => {
    let draws = 0;
    const { clock, flow, p } = bench({ random: () => (draws += 1) });
    p.customStep(throwing(), 'a').stepRetry({ retries: 3, delay: 100 });
    const done = flow.run();
    while (await clock.advanceToNext());
    await done;
    expect(draws).toBe(0);
  });
});

describe('a pause', () => {
  test('the time that attempts take counts for maxElapsed', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepRetry({ retries: 9, delay: 100, backoff: 'fixed', maxElapsed: 1_000 });
    const run = flow.start();
    const first = await a.started(run.done);
    await clock.advance(901);
    first.fail(new Error('broken'));
    await run.done;
    expect(a.count).toBe(1);
  });

  test('a step between two attempts is retrying, with the time of the next one', async () => {
    const { clock, flow, p } = bench();
    const a = p.customStep(throwing(), 'a').stepRetry({ retries: 1, delay: '10s' });
    const run = flow.start();
    await clock.advance(0);
    expect(run.outcome(a)).toEqual({ status: 'retrying', at: 10_000 });
    await clock.advance('10s');
    expect(run.outcome(a)).toMatchObject({ status: 'failed' });
  });

  test('a pause longer than a timer can hold is waited for in full', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepRetry({ retries: 1, delay: '60d' });
    const run = flow.start();
    (await a.started(run.done)).fail(new Error('broken'));
    await clock.advance(60 * 86_400_000 - 1);
    expect(a.count).toBe(1);
    await clock.advance(1);
    (await a.started(run.done)).succeed();
    expect((await run.done).status).toBe('succeeded');
  });

  test('a pause that no clock can hold does not let the run wait for ever', async () => {
    const { clock, flow, p } = bench();
    p.customStep(throwing(), 'a').stepRetry({ retries: 3, delay: 10, factor: 1e308 });
    const run = flow.start();
    await clock.advance(10);
    expect([run.status, clock.pending]).not.toEqual(['running', 0]);
  });
});
