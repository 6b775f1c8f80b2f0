import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass } from './bench.ts';

expect.extend(orderMatchers);

describe('a timeout that is not reached', () => {
  test('TIME-03 steps side by side end in the time that their process gives them', async () => {
    const { clock, flow, p } = bench();
    const { a, b, c, d } = hands('a', 'b', 'c', 'd');
    p.stepTimeout('300ms').stepRetry(3);
    p.parallel(a, b, c, d);
    const run = flow.start();
    await clock.advance(299);
    for (const step of [a, b, c, d]) await pass(run, step);
    expect(await run.done).toHaveStatus('succeeded');
    expect(clock.pending).toBe(0);
  });

  //   a ── b ── c ── d
  test('TIME-04 each step of a chain has the time of its process for itself', async () => {
    const { clock, flow, p } = bench();
    const { a, b, c, d } = hands('a', 'b', 'c', 'd');
    p.stepTimeout('300ms');
    p.follow(a, b, c, d);
    const run = flow.start();
    for (const step of [a, b, c, d]) {
      await clock.advance(299);
      await pass(run, step);
    }
    const result = await run.done;
    expect(result).toHaveStatus('succeeded');
    expect(result.endedAt - result.startedAt).toBe(4 * 299);
  });

  test('TIME-06 the time of a step is its own, and goes before that of its process', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.stepTimeout(1);
    p.customStep(a.run, 'a').stepTimeout('1s').stepRetry(3);
    const run = flow.start();
    await clock.advance(999);
    await pass(run, a);
    expect(await run.done).toHaveStatus('a', 'succeeded');
    expect(a.count).toBe(1);
  });
});

describe('what counts as the time of a step', () => {
  test('NEW-11 the time that a limit holds a step is not charged to its timeout', async () => {
    const { clock, flow, p } = bench();
    const { first, second } = hands('first', 'second');
    p.concurrency(1);
    p.customStep(first.run, 'first');
    p.customStep(second.run, 'second').stepTimeout('10s');
    const run = flow.start();
    await clock.advance('1h');
    await pass(run, first);
    await second.started(run.done);
    await clock.advance(9_999);
    second.calls[0]?.succeed();
    expect(await run.done).toHaveStatus('second', 'succeeded');
  });

  test('NEW-11 the time that a pause holds a step is not charged to its timeout', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout('10s');
    const run = flow.start();
    run.pause();
    await clock.advance('1h');
    await settle();
    expect(a.count).toBe(0);
    run.resume();
    await a.started(run.done);
    await clock.advance(9_999);
    a.calls[0]?.succeed();
    expect(await run.done).toHaveStatus('a', 'succeeded');
  });
});
