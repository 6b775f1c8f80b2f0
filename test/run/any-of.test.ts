import { anyOf, optional } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass } from './bench.ts';

expect.extend(orderMatchers);

describe('anyOf and optional', () => {
  test('anyOf goes with the first that succeeds, and does not see the others later', async () => {
    const { flow, p } = bench();
    const { slow, fast, reader } = hands('slow', 'fast', 'reader');
    p.parallel(slow, fast);
    p.customStep(reader.run, 'reader', anyOf(slow, fast));
    const run = flow.start();
    await pass(run, fast, 'F');
    const call = await reader.started(run.done);
    await pass(run, slow, 'S');
    await settle();
    expect([call.s.result(slow), call.s.result(fast)]).toEqual([undefined, 'F']);
    call.succeed();
    await run.done;
  });

  test('anyOf goes although the first of them failed', async () => {
    const { flow, p } = bench();
    const { bad, good } = hands('bad', 'good');
    p.parallel(bad, good);
    const reader = p.customStep(() => 'read', 'reader', anyOf(bad, good));
    const run = flow.start();
    await fail(run, bad);
    await settle();
    expect(run.outcome(reader)).toEqual({ status: 'pending' });
    await pass(run, good);
    expect((await run.done).value(reader)).toBe('read');
  });

  test('optional never blocks, and shows what had ended when the reader started', async () => {
    const { flow, p } = bench();
    const { early, late, gate, reader } = hands('early', 'late', 'gate', 'reader');
    p.parallel(early, late, gate);
    p.customStep(reader.run, 'reader', gate, optional(early, late));
    const run = flow.start();
    await pass(run, early, 'E');
    await settle();
    await pass(run, gate);
    const call = await reader.started(run.done);
    await pass(run, late, 'L');
    await settle();
    expect([call.s.result(early), call.s.result(late)]).toEqual(['E', undefined]);
    call.succeed();
    expect(await run.done).toHaveStatus('succeeded');
  });
});
