import { settled, StoppedError, type RunControl } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, recorded, words } from './bench.ts';

expect.extend(orderMatchers);

describe('a drain', () => {
  //   a ── b ── c
  test.for([
    ['CTRL-03', 'a stopped run', (run: RunControl) => run],
    ['CTRL-04', 'a stopped process', (run: RunControl & { readonly process: (name: string) => RunControl }) => run.process('p')],
  ] as const)('%s %s lets the running step finish and starts no other', async ([, , control]) => {
    const { flow, p } = bench();
    const { a, b, c } = hands('a', 'b', 'c');
    p.follow(a, b, c);
    const run = flow.start();
    const call = await a.started(run.done);
    control(run).stop('enough');
    expect(run.process('p').status).toBe('stopping');
    expect(call.signal.aborted).toBe(false);
    call.succeed('finished');
    const result = await run.done;
    expect(result).toHaveStatus('stopped');
    expect(result.value('a')).toBe('finished');
    expect(result.outcome('b')).toEqual({ status: 'stopped', reason: 'enough' });
    expect(result.outcome('c')).toEqual({ status: 'cancelled', because: [{ path: 'p/b', status: 'stopped' }] });
    expect([b.count, c.count]).toEqual([0, 0]);
  });

  test('a step that fails while the run drains has failed, and is not tried again', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepRetry(5);
    const run = flow.start();
    await a.started(run.done);
    run.stop('enough');
    a.calls[0]?.fail(new Error('broken'));
    const result = await run.done;
    expect(result.outcome('a')).toMatchObject({ status: 'failed', error: { message: 'broken' } });
    expect([a.count, result.status, result.reason]).toEqual([1, 'failed', 'enough']);
  });

  test('NEW-10 a step that waits for its next attempt is stopped at once', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepRetry({ retries: 3, delay: '1h' });
    const run = flow.start();
    await fail(run, a);
    await settle();
    run.stop('enough');
    expect((await run.done).outcome('a')).toEqual({ status: 'stopped', reason: 'enough' });
    expect(a.count).toBe(1);
  });

  test('the reason is a StoppedError when none is given', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    run.stop();
    const result = await run.done;
    expect(result.reason).toBeInstanceOf(StoppedError);
    expect(result.reason).toMatchObject({ code: 'stopped', message: 'the run was stopped' });
    expect(() => result.orThrow()).toThrow("run of flow 'f' stopped: the run was stopped");
    expect(a.count).toBe(0);
  });

  test('even a step that waits for the end of others is stopped', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.parallel(a);
    p.customStep(b.run, 'b', settled(a));
    const run = flow.start();
    await a.started(run.done);
    run.stop('enough');
    a.calls[0]?.succeed();
    expect(await run.done).toHaveStatus('b', 'stopped');
  });
});

describe('a stop and a pause', () => {
  test('NEW-13 a stop ends a paused run', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const run = flow.start();
    await a.started(run.done);
    run.pause();
    a.calls[0]?.succeed();
    await settle();
    run.stop('enough');
    const result = await run.done;
    expect(result).toHaveStatus('stopped');
    expect(b.count).toBe(0);
  });

  test('NEW-13 a stopped run cannot be paused or resumed', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    await a.started(run.done);
    run.stop('enough');
    const events = recorded(run);
    run.pause();
    run.resume();
    expect([run.status, words(events)]).toEqual(['stopping', []]);
    a.calls[0]?.succeed();
    await run.done;
  });

  test('NEW-14 after the end stop, pause and resume are without effect', async () => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    const run = flow.start();
    const result = await run.done;
    const events = recorded(run);
    for (const control of [run, run.process('p')]) {
      control.stop('too late', { mode: 'abort' });
      control.pause();
      control.resume();
    }
    await settle();
    expect([run.status, run.process('p').status, result.status, result.reason]).toEqual(['succeeded', 'succeeded', 'succeeded', undefined]);
    expect(events).toEqual([]);
    expect(await run.done).toBe(result);
  });
});
