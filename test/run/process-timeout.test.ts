import { TimeoutError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass } from './bench.ts';

expect.extend(orderMatchers);

describe('the timeout of a process', () => {
  //   a ── b ── c ── d
  test('TIME-01 a process that ends in its time succeeds', async () => {
    const { clock, flow, p } = bench();
    const { a, b, c, d } = hands('a', 'b', 'c', 'd');
    p.processTimeout('1s');
    p.follow(a, b, c, d);
    const run = flow.start();
    for (const step of [a, b, c, d]) {
      await clock.advance(249);
      await pass(run, step);
    }
    expect(await run.done).toHaveStatus('succeeded');
    expect(clock.pending).toBe(0);
  });

  // Repaired: the step at work gets an aborted signal.
  test('TIME-02 when its time is up, the step at work is aborted and later steps never run', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.processTimeout(1);
    p.follow(a, b);
    const run = flow.start();
    const call = await a.started(run.done);
    const { signal } = call;
    await clock.advance(1);
    expect([signal.aborted, signal.reason]).toEqual([true, expect.any(TimeoutError)]);
    call.fail(signal.reason);
    const result = await run.done;
    expect(result).toHaveStatus('failed');
    expect(result.process('p').status).toBe('failed');
    expect(result.outcome('a')).toEqual({ status: 'stopped', reason: signal.reason as unknown });
    expect(result.outcome('b')).toEqual({ status: 'cancelled', because: [{ path: 'p/a', status: 'stopped' }] });
    expect(b.count).toBe(0);
  });

  test('TIME-02 a value that is returned in the grace still counts, and what waits for it is stopped', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.processTimeout(1);
    p.follow(a, b);
    const run = flow.start();
    const call = await a.started(run.done);
    await clock.advance(1);
    call.succeed('in time');
    const result = await run.done;
    expect(result.value('a')).toBe('in time');
    expect(result).toHaveStatus('b', 'stopped');
    expect(result).toHaveStatus('failed');
  });

  test('NEW-12 the run waits for the aborted bodies before it ends', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.processTimeout('10s');
    p.parallel(a, b);
    const run = flow.start(undefined, { grace: '5s' });
    await clock.advance('10s');
    expect(run.process('p').status).toBe('stopping');
    await fail(run, a);
    await clock.advance(4_999);
    expect(run.status).toBe('running');
    await pass(run, b);
    const result = await run.done;
    expect([result.abandoned, result.endedAt]).toEqual([[], 14_999]);
  });

  test('NEW-10 there is no further attempt after the time of the process is up', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.processTimeout(10).stepRetry(5);
    p.parallel(a);
    const run = flow.start();
    await clock.advance(10);
    await fail(run, a);
    expect(await run.done).toHaveStatus('a', 'stopped');
    expect(a.count).toBe(1);
  });

  test('it starts with the first step of the process, not with the run', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.parallel(a);
    flow.process('q').after(p).processTimeout('1s').parallel(b);
    const run = flow.start();
    await clock.advance('1h');
    await pass(run, a);
    await b.started(run.done);
    await clock.advance(999);
    b.calls[0]?.succeed();
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('other processes go on, and those after it are cancelled', async () => {
    const { clock, flow, p } = bench();
    const { a, b, c } = hands('a', 'b', 'c');
    p.processTimeout(10).parallel(a);
    flow.process('beside').parallel(b);
    flow.process('behind').after(p).parallel(c);
    const run = flow.start();
    await clock.advance(10);
    await fail(run, a);
    await settle();
    expect(run.status).toBe('running');
    await pass(run, b);
    const result = await run.done;
    expect([result.process('p').status, result.process('beside').status]).toEqual(['failed', 'succeeded']);
    expect(result).toHaveStatus('c', 'cancelled');
  });

  test('step, process, flow and registry give it, the nearest wins', async () => {
    const { clock, flows } = bench({ processTimeout: '3s' });
    const ends = async (ofFlow?: number, ofProcess?: number): Promise<number> => {
      const { a } = hands('a');
      const flow = flows.registerFlow(`f${flows.list().length}`);
      const process = flow.process('p');
      process.parallel(a);
      if (ofFlow !== undefined) flow.processTimeout(ofFlow);
      if (ofProcess !== undefined) process.processTimeout(ofProcess);
      const run = flow.start(undefined, { grace: 0 });
      await clock.advance('1h');
      const result = await run.done;
      return result.endedAt - result.startedAt;
    };
    expect([await ends(), await ends(2_000), await ends(2_000, 1_000)]).toEqual([3_000, 2_000, 1_000]);
  });

  test('what a run that lost a process to its timeout throws says which one, and after how long', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.processTimeout(10).parallel(a);
    const run = flow.start(undefined, { grace: 0 });
    await clock.advance(10);
    const result = await run.done;
    expect(() => result.orThrow()).toThrow("process 'p' took longer than 10 ms");
  });
});

describe('the reason of a run of which only processes ran out of time', () => {
  test('is that of the process', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.processTimeout(1).follow(a);
    const run = flow.start();
    const call = await a.started(run.done);
    await clock.advance(1);
    call.fail(call.signal.reason);
    const result = await run.done;
    expect(result.reason).toMatchObject({ name: 'TimeoutError', message: expect.stringContaining("process 'p' took longer than 1 ms") as string });
    expect(result.process('p').reason).toBe(result.reason);
    expect(() => result.orThrow()).toThrow(expect.objectContaining({ message: `run of flow 'f' failed: ${(result.reason as Error).message}`, cause: result.reason }));
  });

  test('is that of the first one in the order of declaration, and the error of the run tells all', async () => {
    const { clock, flow, p } = bench();
    const { a, b, c } = hands('a', 'b', 'c');
    p.follow(a);
    const [q, r] = [flow.process('q'), flow.process('r')];
    q.processTimeout(2).follow(b);
    r.processTimeout(1).follow(c);
    const run = flow.start();
    const calls = [await a.started(run.done), await b.started(run.done), await c.started(run.done)];
    run.process('p').stop('enough', { mode: 'abort' });
    await clock.advance(2);
    for (const call of calls) call.fail(call.signal.reason);
    const result = await run.done;
    expect(result.reason).toBe(result.process('q').reason);
    expect(() => result.orThrow()).toThrow(/^run of flow 'f' failed: process 'q' took .*; enough; process 'r' took [^;]*; [^;]*$/);
  });

  test('is that of the run where it was stopped too', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.processTimeout(1).follow(a);
    const run = flow.start();
    const call = await a.started(run.done);
    await clock.advance(1);
    run.stop('enough', { mode: 'abort' });
    call.fail(call.signal.reason);
    const result = await run.done;
    expect([result.status, result.reason]).toEqual(['failed', 'enough']);
    expect(result.process('p').reason).toBeInstanceOf(TimeoutError);
  });

  test('is none where a process was stopped by hand', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.follow(a);
    const run = flow.start();
    const call = await a.started(run.done);
    run.process('p').stop('enough', { mode: 'abort' });
    call.fail(call.signal.reason);
    expect((await run.done).reason).toBeUndefined();
  });
});
