import { createFlows, NonRetriableError, RetryAfterError, type StepContext } from 'millrace';
import { orderMatchers } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { LoopLimitError } from '../../../src/errors.ts';
import { bench, internalErrors, recorded, throwing } from '../bench.ts';

expect.extend(orderMatchers);

/** A step that throws so many times, then returns the number of its call. */
function throwsTimes(times: number): { readonly calls: string[]; readonly work: (s: StepContext) => number } {
  const calls: string[] = [];
  return {
    calls,
    work(s) {
      calls.push(s.idempotencyKey);
      if (calls.length <= times) throw new Error(`broken ${calls.length}`);
      return calls.length;
    },
  };
}

describe('a loop', () => {
  test('SF-06: runs its body until the condition holds, which is asked after each time with the value and the number', async () => {
    const { flow, p } = bench();
    const asked: unknown[] = [];
    const log: string[] = [];
    let count = 0;
    const step = p.loopUntil(
      (body) =>
        body.customStep((s) => {
          log.push(s.path, s.idempotencyKey);
          return (count += 1);
        }, 'x'),
      'loop',
      (_, value, iteration) => {
        asked.push([value, iteration]);
        return value === 3;
      },
    );
    expect((await flow.run()).value(step)).toBe(3);
    expect(asked).toEqual([[1, 1], [2, 2], [3, 3]]);
    expect(log).toEqual([1, 2, 3].flatMap((at) => [`p/loop#${at}/x`, `r-1/p/loop#${at}/x`]));
  });

  test('runs a hundred thousand times without an end of the stack, and lets others have the event loop', async () => {
    const flow = createFlows({ yieldAfter: 1 }).registerFlow('f');
    const p = flow.process('p');
    let count = 0;
    let turns = 0;
    let isOver = false;
    p.loopUntil((body) => body.customStep(() => (count += 1), 'x'), 'loop', (_, value) => value === 100_000);
    const turn = (): void => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const result = await flow.run();
    isOver = true;
    expect(result).toHaveStatus('succeeded');
    expect(count).toBe(100_000);
    expect(turns).toBeGreaterThan(1);
  }, 60_000);

  test('pauses between two times', async () => {
    const { clock, flow, p } = bench();
    const at: number[] = [];
    p.loopUntil((body) => body.customStep(() => at.push(clock.now()), 'x'), 'loop', (_, value) => value === 3, { every: '1m' });
    const run = flow.start();
    await clock.advance('1h');
    await run.done;
    expect(at).toEqual([0, 60_000, 120_000]);
    expect(clock.pending).toBe(0);
  });

  test('fails with a LoopLimitError when it ran as often as it may', async () => {
    const { flow, p } = bench();
    let count = 0;
    const step = p.loopUntil((body) => body.customStep(() => (count += 1), 'x'), 'loop', () => false, { max: 3 });
    const outcome = (await flow.run()).outcome(step);
    expect(count).toBe(3);
    expect(outcome.status === 'failed' && outcome.error).toBeInstanceOf(LoopLimitError);
    expect(outcome).toMatchObject({ error: { code: 'loop-limit', max: 3, message: "step 'p/loop' ran 3 times, and its condition does not hold; give it a higher max, or look why it never ends" } });
  });

  test('may run once', async () => {
    const { flow, p } = bench();
    const step = p.loopUntil((body) => body.customStep(() => 1, 'x'), 'loop', async () => true, { max: 1 });
    expect((await flow.run()).value(step)).toBe(1);
  });

  test.each([
    ['throws', throwing(new Error('unclear')), 'unclear'],
    ['rejects', (): unknown => Promise.reject(new Error('unclear')), 'unclear'],
    ['answers with a text', (): unknown => 'yes', "the condition of step 'p/loop' answered with 'yes'; return true or false, or a promise of one"],
    ['answers with nothing', (): unknown => Promise.resolve(undefined), "the condition of step 'p/loop' answered with undefined; return true or false, or a promise of one"],
  ] as const)('fails when its condition %s', async (_, until, message) => {
    const { flow, p } = bench();
    const step = p.loopUntil((body) => body.customStep(() => 1, 'x'), 'loop', until as never);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { message } });
  });

  test('fails when its body does, and is not asked then', async () => {
    const { flow, p } = bench();
    let asked = 0;
    const step = p.loopUntil((body) => body.customStep(throwing(), 'x'), 'loop', () => (asked += 1) > 0);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { message: 'broken' } });
    expect(asked).toBe(0);
  });
});

describe('a retry', () => {
  test('SF-04: runs the whole body again from its first step, with the same idempotency keys', async () => {
    const { flow, p } = bench();
    const first: string[] = [];
    const { calls, work } = throwsTimes(2);
    const step = p.retry((body) => {
      const a = body.customStep((s) => first.push(s.path), 'a');
      return body.customStep(work, 'x', a);
    }, 'retry', 5);
    expect((await flow.run()).value(step)).toBe(3);
    expect(first).toEqual(['p/retry#1/a', 'p/retry#2/a', 'p/retry#3/a']);
    expect(calls).toEqual(['r-1/p/retry/x', 'r-1/p/retry/x', 'r-1/p/retry/x']);
  });

  test('SF-13: fails with the last error when its policy is used up', async () => {
    const { flow, p } = bench();
    const { calls, work } = throwsTimes(9);
    const step = p.retry((body) => body.customStep(work, 'x'), 'retry', 2);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { message: 'broken 3' } });
    expect(calls).toHaveLength(3);
  });

  test('waits as its policy says', async () => {
    const { clock, flow, p } = bench();
    const at: number[] = [];
    const step = p.retry(
      (body) =>
        body.customStep(() => {
          at.push(clock.now());
          throw new Error('broken');
        }, 'x'),
      'retry',
      { retries: 9, delay: '1s', maxElapsed: '10s' },
    );
    const run = flow.start();
    await clock.advance('1h');
    expect(await run.done).toHaveStatus(step, 'failed');
    expect(at).toEqual([0, 1_000, 3_000, 7_000]);
  });

  test('asks its predicate, and tells what that throws', async () => {
    const { flow, p } = bench();
    const asked: unknown[] = [];
    p.retry((body) => body.customStep(throwing(), 'x'), 'no', {
      retries: 2,
      when: (error, attempt) => {
        asked.push([error.message, attempt]);
        return attempt < 2;
      },
    });
    p.retry((body) => body.customStep(throwing(), 'x'), 'thrown', { retries: 2, when: throwing(new Error('unclear')) });
    p.retry((body) => body.customStep(throwing(), 'x'), 'late', { retries: 2, when: (() => Promise.reject(new Error('later'))) as never });
    const run = flow.start();
    const events = recorded(run);
    const { errors } = await run.done;
    expect(errors.map(({ path }) => path)).toEqual(['p/no#2/x', 'p/thrown#1/x', 'p/late#1/x']);
    expect(asked).toEqual([
      ['broken', 1],
      ['broken', 2],
    ]);
    expect(internalErrors(events).map(({ stage, path, error }) => [stage, path, error.message])).toEqual([['predicate', 'p/thrown', 'unclear']]);
  });

  test('ends at a NonRetriableError, and waits as long as a RetryAfterError says', async () => {
    const { clock, flow, p } = bench();
    let count = 0;
    const never = p.retry((body) => body.customStep(throwing(new NonRetriableError('never')), 'x'), 'never', 5);
    const later = p.retry(
      (body) =>
        body.customStep(() => {
          if ((count += 1) === 1) throw new RetryAfterError('later', 5_000);
          return clock.now();
        }, 'x'),
      'later',
      { retries: 1, delay: '1s' },
    );
    const run = flow.start();
    await clock.advance('1m');
    const result = await run.done;
    expect(result.outcome(never)).toMatchObject({ status: 'failed', error: { message: 'never' } });
    expect(result.value(later)).toBe(5_000);
  });

  test('SF-13: a handler decides with the error and the attempt', async () => {
    const { flow, p } = bench();
    const asked: unknown[] = [];
    const { work } = throwsTimes(9);
    const step = p.retry((body) => body.customStep(work, 'x'), 'retry', async (s, error, attempt) => {
      asked.push([s.path, error.message, attempt]);
      return attempt < 3;
    });
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { message: 'broken 3' } });
    expect(asked).toEqual([
      ['p/retry', 'broken 1', 1],
      ['p/retry', 'broken 2', 2],
      ['p/retry', 'broken 3', 3],
    ]);
  });

  test('SF-13: what a handler throws takes the place of the error', async () => {
    const { flow, p } = bench();
    const other = new Error('other');
    const step = p.retry((body) => body.customStep(throwing(), 'x'), 'retry', throwing(other));
    expect((await flow.run()).outcome(step)).toEqual({ status: 'failed', error: other });
  });

  test('a handler that answers with something else fails the step', async () => {
    const { flow, p } = bench();
    const step = p.retry((body) => body.customStep(throwing(), 'x'), 'retry', (() => 1) as never);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { code: 'invalid-condition' } });
  });

  test('a handler waits as long as a RetryAfterError says', async () => {
    const { clock, flow, p } = bench();
    let count = 0;
    const step = p.retry(
      (body) =>
        body.customStep(() => {
          if ((count += 1) === 1) throw new RetryAfterError('later', 5_000);
          return clock.now();
        }, 'x'),
      'retry',
      () => true,
    );
    const run = flow.start();
    await clock.advance('1m');
    expect((await run.done).value(step)).toBe(5_000);
  });

  test('inside of a retry counts from the beginning each time', async () => {
    const { flow, p } = bench();
    const { calls, work } = throwsTimes(9);
    const step = p.retry((body) => body.retry((inner) => inner.customStep(work, 'x'), 'inner', 1), 'outer', 1);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { message: 'broken 4' } });
    expect(new Set(calls)).toEqual(new Set(['r-1/p/outer/inner/x']));
  });
});
