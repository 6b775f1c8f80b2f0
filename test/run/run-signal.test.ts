import { StoppedError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass } from './bench.ts';

expect.extend(orderMatchers);

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
