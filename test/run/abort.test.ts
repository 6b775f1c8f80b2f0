import { StoppedError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded } from './bench.ts';

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

describe('the signal of a run', () => {
  test('one that is aborted already stops the run before its first step', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const result = await flow.run(undefined, { signal: AbortSignal.abort('too late') });
    expect(result).toHaveStatus('stopped');
    expect(result.outcome('a')).toEqual({ status: 'stopped', reason: 'too late' });
    expect([a.count, result.reason, result.timeline]).toEqual([0, 'too late', []]);
  });

  test('one that aborts later aborts what is at work', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    const controller = new AbortController();
    p.follow(a, b);
    const run = flow.start(undefined, { signal: controller.signal });
    const call = await a.started(run.done);
    const { signal } = call;
    controller.abort('enough');
    expect([signal.aborted, signal.reason]).toEqual([true, 'enough']);
    call.fail(signal.reason);
    const result = await run.done;
    expect([result.status, result.reason, b.count]).toEqual(['stopped', 'enough', 0]);
  });

  test('one that aborts after the end changes nothing', async () => {
    const { flow, p } = bench();
    const controller = new AbortController();
    p.customStep(() => 1, 'a');
    const result = await flow.run(undefined, { signal: controller.signal });
    controller.abort('too late');
    await settle();
    expect([result.status, result.reason]).toEqual(['succeeded', undefined]);
  });

  test('a thousand runs on one signal leave no listener behind', async () => {
    const { flow, p } = bench();
    let listeners = 0;
    const { signal } = new AbortController();
    const counted = new Proxy(signal, {
      get: (target, name) => {
        if (name === 'addEventListener') listeners += 1;
        if (name === 'removeEventListener') listeners -= 1;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    p.customStep(() => 1, 'a');
    for (let index = 0; index < 1_000; index += 1) await flow.run(undefined, { signal: counted });
    expect(listeners).toBe(0);
  });
});

describe('async dispose', () => {
  test('it aborts the run and waits for its end', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    const call = await a.started(run.done);
    const { signal } = call;
    const disposed = run[Symbol.asyncDispose]();
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBeInstanceOf(StoppedError);
    call.fail(signal.reason);
    await disposed;
    expect(run.status).toBe('stopped');
  });

  test('it changes nothing after the end', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    await pass(run, a);
    await run.done;
    await run[Symbol.asyncDispose]();
    expect(run.status).toBe('succeeded');
  });
});
