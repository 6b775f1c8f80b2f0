import { RetryAfterError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, throwing } from './bench.ts';

expect.extend(orderMatchers);

describe('how many attempts', () => {
  test.for([
    ['RETRY-01 the retry of a process holds for its steps', 2, undefined, 3],
    ['RETRY-02 two retries of a step are up to three attempts', undefined, 2, 3],
    ['RETRY-03 the retry of a step goes before that of its process', 2, 1, 2],
    ['an explicit 0 overrides a higher level', 2, 0, 1],
    ['without a policy there is one attempt', undefined, undefined, 1],
  ] as const)('%s', async ([, ofProcess, ofStep, attempts]) => {
    const { flow, p } = bench();
    let calls = 0;
    if (ofProcess !== undefined) p.stepRetry(ofProcess);
    const handle = p.customStep(() => {
      calls += 1;
      throw new Error('broken');
    }, 'a');
    if (ofStep !== undefined) handle.stepRetry(ofStep);
    expect(await flow.run()).toHaveStatus('a', 'failed');
    expect(calls).toBe(attempts);
  });

  test('the retry of the registry goes last, that of the flow before it', async () => {
    const { flow, p, flows } = bench({ stepRetry: 4 });
    const attempts: string[] = [];
    p.customStep((s) => {
      attempts.push('inherited');
      throwing()();
      return s.name;
    }, 'a');
    await flow.run();
    expect(attempts).toHaveLength(5);
    const other = flows.registerFlow('other').stepRetry(1);
    other.process('p').customStep(() => {
      attempts.push('of the flow');
      throwing()();
    }, 'a');
    await other.run();
    expect(attempts).toHaveLength(7);
  });

  test('s.attempt counts from 1, and the key of calls to other systems stays the same', async () => {
    const { flow, p } = bench();
    const seen: unknown[] = [];
    p.customStep((s) => {
      seen.push([s.attempt, s.idempotencyKey]);
      if (s.attempt < 3) throw new Error('broken');
      return 'well';
    }, 'a').stepRetry(5);
    expect((await flow.run(undefined, { runId: 'r' })).value('a')).toBe('well');
    expect(seen).toEqual([[1, 'r/p/a'], [2, 'r/p/a'], [3, 'r/p/a']]);
  });
});

describe('when it is retried', () => {
  test('RetryAfterError sets the delay and adds no attempts', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepRetry({ retries: 1, delay: 1, maxDelay: 10 });
    const run = flow.start();
    await fail(run, a, new RetryAfterError('busy', 60_000));
    await clock.advance(59_999);
    expect(a.count).toBe(1);
    await clock.advance(1);
    const last = new RetryAfterError('still busy', 5);
    await fail(run, a, last);
    const result = await run.done;
    expect(result.errors[0]?.error).toBe(last);
  });

  test.for([-1, NaN, Infinity])('RetryAfterError refuses the delay %s', (delayMs) => {
    expect(() => new RetryAfterError('busy', delayMs)).toThrow(
      expect.objectContaining({ code: 'invalid-duration', message: `the delay of a RetryAfterError is ${delayMs}; give milliseconds from 0` }),
    );
  });

  test('what waits for a step waits through all its attempts', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.customStep(a.run, 'a').stepRetry(1);
    p.customStep(b.run, 'b', 'a');
    const run = flow.start();
    await fail(run, a);
    await a.started(run.done);
    await settle();
    expect(b.count).toBe(0);
    a.calls[1]?.succeed();
    await pass(run, b);
    expect(await run.done).toHaveStatus('succeeded');
  });
});
