import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, recorded } from './bench.ts';

expect.extend(orderMatchers);

describe('stop with mode abort', () => {
  test('aborts the signals of what is at work, with the reason, and waits for it', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const run = flow.start();
    const call = await a.started(run.done);
    const { signal } = call;
    const reason = new Error('shutting down');
    run.stop(reason, { mode: 'abort' });
    expect([signal.aborted, signal.reason, run.status]).toEqual([true, reason, 'stopping']);
    await settle();
    expect(run.status).toBe('stopping');
    call.fail(new Error('aborted'));
    const result = await run.done;
    expect(result.outcome('a')).toEqual({ status: 'stopped', reason });
    expect([result.status, result.errors, result.reason]).toEqual(['stopped', [], reason]);
  });

  test('a value that is returned within the grace counts', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', { mode: 'abort' });
    call.succeed('just in time');
    const result = await run.done;
    expect(result.value('a')).toBe('just in time');
    expect(result.status).toBe('succeeded');
  });

  test('an abort sharpens a drain and keeps its reason; a drain does not soften an abort', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    const events = recorded(run);
    const call = await a.started(run.done);
    const { signal } = call;
    run.stop('first');
    expect(signal.aborted).toBe(false);
    run.stop('second', { mode: 'abort' });
    expect([signal.aborted, signal.reason]).toEqual([true, 'first']);
    run.stop('third');
    call.fail(new Error('aborted'));
    const result = await run.done;
    expect(result.reason).toBe('first');
    expect(events.flatMap((event) => (event.type === 'run-stopping' ? [event.mode] : []))).toEqual(['drain', 'abort']);
  });

  test('NEW-10 there is no further attempt after an abort', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepRetry(5);
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', { mode: 'abort' });
    call.fail(new Error('aborted'));
    expect(await run.done).toHaveStatus('a', 'stopped');
    expect(a.count).toBe(1);
  });

  test('a step that is at work when its process is aborted is aborted, others are not', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.parallel(a);
    flow.process('q').parallel(b);
    const run = flow.start();
    const [first, second] = [await a.started(run.done), await b.started(run.done)];
    run.process('p').stop('enough', { mode: 'abort' });
    expect([first.signal.aborted, second.signal.aborted]).toEqual([true, false]);
    first.fail(first.signal.reason);
    second.succeed();
    const result = await run.done;
    expect([result.process('p').status, result.process('q').status]).toEqual(['stopped', 'succeeded']);
  });
});
