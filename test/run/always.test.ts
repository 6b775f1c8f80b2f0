import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, throwing, tracer } from './bench.ts';

expect.extend(orderMatchers);

describe('an always step', () => {
  test.for(['succeeds', 'fails'])('runs when the step before it %s', async (how) => {
    const { flow, p } = bench();
    const { a, b, clean } = hands('a', 'b', 'clean');
    p.always(clean.run, 'clean');
    p.parallel(a, b);
    const run = flow.start();
    await (how === 'fails' ? fail(run, a) : pass(run, a));
    await settle();
    expect(clean.count).toBe(0);
    await pass(run, b);
    await pass(run, clean, 'cleaned');
    expect((await run.done).value('clean')).toBe('cleaned');
  });

  test('runs after steps that were cancelled, and reads how they ended', async () => {
    const { flow, p } = bench();
    p.customStep(throwing(new Error('no paper')), 'a').next(() => 1, 'b');
    const clean = p.always((s) => [s.outcome('a').status, s.outcome('b').status], 'clean');
    expect((await flow.run()).value(clean)).toEqual(['failed', 'cancelled']);
  });

  test('runs after a stop, and has a fresh signal', async () => {
    const { flow, p } = bench();
    const { a, clean } = hands('a', 'clean');
    p.parallel(a);
    p.always(clean.run, 'clean');
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', { mode: 'abort' });
    call.fail(call.signal.reason);
    const cleaning = await clean.started(run.done);
    expect(cleaning.signal.aborted).toBe(false);
    cleaning.succeed();
    const result = await run.done;
    expect([result.status, result.outcome('clean').status]).toEqual(['stopped', 'succeeded']);
  });

  test('runs after the time of its process is up, and may itself take longer', async () => {
    const { clock, flow, p } = bench();
    const { a, clean } = hands('a', 'clean');
    p.processTimeout('1s');
    p.parallel(a);
    p.always(clean.run, 'clean');
    const run = flow.start(undefined, { grace: 0 });
    await clock.advance('1s');
    await clean.started(run.done);
    await clock.advance('1h');
    clean.calls[0]?.succeed();
    expect(await run.done).toHaveStatus('clean', 'succeeded');
  });

  test('runs when its process never began, because the one before it failed', async () => {
    const { flow, p } = bench();
    p.customStep(throwing(), 'a');
    const q = flow.process('q').after(p);
    q.customStep(() => 1, 'b');
    q.always(() => 'cleaned', 'clean');
    const result = await flow.run();
    expect([result.outcome('b').status, result.value('clean')]).toEqual(['cancelled', 'cleaned']);
  });

  test('several run side by side, unless they are ordered', async () => {
    const { flow, p } = bench();
    const { one, two, last } = hands('one', 'two', 'last');
    p.customStep(() => 1, 'a');
    p.always(one.run, 'one');
    p.always(two.run, 'two');
    p.always(last.run, 'last').after('one', 'two');
    const run = flow.start();
    await settle();
    expect([one.running, two.running, last.running]).toEqual([1, 1, 0]);
    await pass(run, one);
    await pass(run, two);
    await pass(run, last);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('syncAll does not wait for it, and it waits for syncAll', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    p.customStep(trace, 'a');
    p.always(trace, 'clean');
    p.syncAll(trace, 'end');
    await flow.run();
    expect(log).toEqual(['a', 'end', 'clean']);
  });

  test('its failure fails the run', async () => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    p.always(throwing(), 'clean');
    expect(await flow.run()).toHaveStatus('failed');
  });

  test('alone in its process it waits for the processes before it, also through an empty one', async () => {
    const { flow, p } = bench();
    const { a, clean } = hands('a', 'clean');
    p.parallel(a);
    const empty = flow.process('empty').after(p);
    flow.process('q').after(empty).always(clean.run, 'clean');
    const run = flow.start();
    await settle();
    expect(clean.count).toBe(0);
    await pass(run, a);
    await pass(run, clean);
    await run.done;
  });

  test('a step that waits for it is a cycle, because it waits for every other', () => {
    const { flow, p } = bench();
    const clean = p.always(() => 1, 'clean');
    p.customStep(() => 1, 'a', clean);
    expect(() => flow.compile()).toThrow('steps wait for one another: clean → a → clean');
  });
});
