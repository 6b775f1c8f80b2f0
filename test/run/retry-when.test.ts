import { NonErrorThrown, NonRetriableError } from 'millrace';
import { orderMatchers } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, recorded, throwing } from './bench.ts';

expect.extend(orderMatchers);

describe('what is retried', () => {
  test('NEW-26 anything thrown is worth another attempt: errors, strings, undefined, rejections', async () => {
    const { flow, p } = bench();
    const thrown = [new Error('one'), 'two', undefined, Promise.resolve(1)];
    let calls = 0;
    p.customStep(() => throwing(thrown[calls++])(), 'a').stepRetry(3);
    const run = flow.start();
    const events = recorded(run);
    expect(await run.done).toHaveStatus('a', 'failed');
    expect(calls).toBe(4);
    expect(events.flatMap((event) => (event.type === 'step-retrying' ? [event.error.constructor] : []))).toEqual([Error, NonErrorThrown, NonErrorThrown]);
  });

  test('NEW-26 NonRetriableError is the escape', async () => {
    const { flow, p } = bench();
    const cause = new Error('no such card');
    const final = new NonRetriableError('the card does not exist', { cause });
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepRetry(9);
    const run = flow.start();
    await fail(run, a, final);
    const result = await run.done;
    expect(result.errors[0]?.error).toBe(final);
    expect([a.count, final.code, final.name, final.cause]).toEqual([1, 'non-retriable', 'NonRetriableError', cause]);
  });

  test('when decides, with the error and the number of the attempt that failed', async () => {
    const { flow, p } = bench();
    const asked: unknown[] = [];
    const error = new Error('broken');
    p.customStep(throwing(error), 'a').stepRetry({
      retries: 9,
      when: (thrown, attempt) => {
        asked.push([thrown, attempt]);
        return attempt < 2;
      },
    });
    await flow.run();
    expect(asked).toEqual([[error, 1], [error, 2]]);
  });

  test('when gets what was thrown wrapped, if it is not an Error', async () => {
    const { flow, p } = bench();
    p.customStep(throwing('busy'), 'a').stepRetry({ retries: 9, when: (error) => !(error instanceof NonErrorThrown && error.thrown === 'busy') });
    const run = flow.start();
    const events = recorded(run);
    await run.done;
    expect(events.filter((event) => event.type === 'step-retrying')).toEqual([]);
  });

  test('a predicate that throws counts as no, and its error is an event', async () => {
    const { flow, p } = bench();
    const wrong = new Error('wrong predicate');
    const error = new Error('broken');
    p.customStep(throwing(error), 'a').stepRetry({ retries: 3, when: throwing(wrong) });
    const run = flow.start();
    const problems: unknown[] = [];
    run.on('internal-error', ({ stage, error: thrown, path }) => void problems.push([stage, thrown, path]));
    const result = await run.done;
    expect(result.errors).toEqual([{ path: 'p/a', error }]);
    expect(problems).toEqual([['predicate', wrong, 'p/a']]);
  });
});
