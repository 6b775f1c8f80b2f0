import type { Duration, RetryPolicy } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands } from '../run/bench.ts';
import { definition, wrong } from './issues.ts';

const duration = "which is not a duration; give milliseconds from 0, or a number with a unit such as '30s' (ms, s, m, h, d)";

describe('a duration', () => {
  test.for<[Duration, number]>([
    [1, 1], [0.5, 0.5], ['1ms', 1], ['1s', 1_000], ['1.5s', 1_500], ['2m', 120_000], ['1h', 3_600_000], ['0.5d', 43_200_000],
  ])('%j is %d ms', async ([timeout, expected]) => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout(timeout);
    const done = flow.run(undefined, { grace: 0 });
    await clock.advance('1d');
    expect((await done).errors[0]?.error).toMatchObject({ timeoutMs: expected });
  });

  test.for<[unknown, string]>([
    [null, 'null'], [undefined, 'undefined'], [{}, 'an object'], [[], 'a list'], [NaN, 'NaN'], [Infinity, 'Infinity'], [-1, '-1'], [10n, '10n'],
    [true, 'true'], ['', "''"], ['30', "'30'"], ['30 s', "'30 s'"], ['-1s', "'-1s'"],
    ['1w', "'1w'"], ['s', "'s'"], ['1e3s', "'1e3s'"], ['1 hour', "'1 hour'"], [' 1s', "' 1s'"],
    [new Date(5), 'an object'],
  ])('%o is none', ([timeout, shown]) => {
    const { flow, p } = definition();
    const a = p.customStep(() => 1, 'a');
    for (const [what, define] of [
      ["the timeout of step 'p/a'", () => a.stepTimeout(wrong(timeout))],
      ["the step timeout of process 'p'", () => p.stepTimeout(wrong(timeout))],
      ["the timeout of process 'p'", () => p.processTimeout(wrong(timeout))],
      ["the step timeout of flow 'f'", () => flow.stepTimeout(wrong(timeout))],
      ["the process timeout of flow 'f'", () => flow.processTimeout(wrong(timeout))],
      ["the timeout of flow 'f'", () => flow.flowTimeout(wrong(timeout))],
    ] as const) {
      expect(define).toThrow(expect.objectContaining({ name: 'InvalidOptionError', code: 'invalid-duration', message: `${what} is ${shown}, ${duration}` }));
    }
  });

  test('an object that cannot be shown is refused like any other', () => {
    const { p } = definition();
    expect(() => p.stepTimeout(wrong(Object.create(null)))).toThrow(expect.objectContaining({ code: 'invalid-duration' }));
  });

  test.for<Duration>([0, '0s', '0ms'])('%j is no timeout', (timeout) => {
    const { p } = definition();
    const refused = /^the timeout of step 'p\/a' is .*; give more than 0, or leave it out for no timeout$/;
    expect(() => p.customStep(() => 1, 'a').stepTimeout(timeout)).toThrow(refused);
  });
});

describe('a retry policy that cannot be meant', () => {
  const what = "the retry of step 'p/a'";

  test.for<[unknown, string, string]>([
    [-1, 'invalid-retry', `${what} has -1 retries; give a whole number from 0`],
    [1.5, 'invalid-retry', `${what} has 1.5 retries; give a whole number from 0`],
    [NaN, 'invalid-retry', `${what} has NaN retries; give a whole number from 0`],
    [Infinity, 'invalid-retry', `${what} has Infinity retries; give a whole number from 0`],
    ['3', 'invalid-retry', `${what} is '3'; give the number of retries, or { retries, delay, … }`],
    [null, 'invalid-retry', `${what} is null; give the number of retries, or { retries, delay, … }`],
    [undefined, 'invalid-retry', `${what} is undefined; give the number of retries, or { retries, delay, … }`],
    [{}, 'invalid-retry', `${what} has undefined retries; give a whole number from 0`],
    [{ retries: '3' }, 'invalid-retry', `${what} has '3' retries; give a whole number from 0`],
    [{ retries: 3, backoff: 'random' }, 'invalid-retry', `${what} has the backoff 'random'; give 'fixed', 'linear' or 'exponential'`],
    [{ retries: 3, factor: 0.5 }, 'invalid-retry', `${what} has the factor 0.5; give a number from 1`],
    [{ retries: 3, factor: Infinity }, 'invalid-retry', `${what} has the factor Infinity; give a number from 1`],
    [{ retries: 3, jitter: 1.1 }, 'invalid-retry', `${what} has the jitter 1.1; give a number from 0 to 1`],
    [{ retries: 3, jitter: NaN }, 'invalid-retry', `${what} has the jitter NaN; give a number from 0 to 1`],
    [{ retries: 3, when: 'always' }, 'invalid-retry', `${what} has a 'when' that is not a function`],
    [{ retries: 3, delay: -1 }, 'invalid-duration', `the delay of ${what} is -1, ${duration}`],
    [{ retries: 3, maxDelay: 'long' }, 'invalid-duration', `the maxDelay of ${what} is 'long', ${duration}`],
    [{ retries: 3, maxElapsed: null }, 'invalid-duration', `the maxElapsed of ${what} is null, ${duration}`],
  ])('%j is refused', ([policy, code, message]) => {
    const { flow, p } = definition();
    const a = p.customStep(() => 1, 'a');
    expect(() => a.stepRetry(wrong(policy))).toThrow(expect.objectContaining({ name: 'InvalidOptionError', code, message }));
    expect(() => p.stepRetry(wrong(policy))).toThrow("the step retry of process 'p'");
    expect(() => flow.stepRetry(wrong(policy))).toThrow("the step retry of flow 'f'");
  });

  test('a policy that is changed afterwards does not change the step', async () => {
    const { flow, p } = definition();
    let calls = 0;
    const policy = { retries: 1 };
    p.customStep(() => {
      calls += 1;
      throw new Error('broken');
    }, 'a').stepRetry(policy satisfies RetryPolicy);
    policy.retries = 5;
    await flow.run();
    expect(calls).toBe(2);
  });
});
