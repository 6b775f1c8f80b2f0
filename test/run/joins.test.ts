import { anyOf, failed, optional, settled, type OutcomeStatus, type StepHandle, type Timing } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, throwing } from './bench.ts';

expect.extend(orderMatchers);

/** How a source ends, and what becomes of a step that waits for it in one way. */
type Case = readonly [source: string, timing: string, status: OutcomeStatus, explained: string];

const timings: Readonly<Record<string, (x: StepHandle) => Timing>> = { x: (x) => x, settled, failed, anyOf, optional };

describe('the law of joins', () => {
  //   cause ── x ── reader        (x fails by itself, or is cancelled or skipped because of its cause)
  test.for<Case>([
    ['succeeded', 'x', 'succeeded', 'reader: succeeded'],
    ['succeeded', 'settled', 'succeeded', 'reader: succeeded'],
    ['succeeded', 'failed', 'skipped', 'reader: skipped, its branch was not taken ← x: succeeded'],
    ['succeeded', 'anyOf', 'succeeded', 'reader: succeeded'],
    ['failed', 'x', 'cancelled', 'reader: cancelled ← x: failed: broken'],
    ['failed', 'settled', 'succeeded', 'reader: succeeded'],
    ['failed', 'failed', 'succeeded', 'reader: succeeded'],
    ['failed', 'anyOf', 'cancelled', 'reader: cancelled ← x: failed: broken'],
    ['failed', 'optional', 'succeeded', 'reader: succeeded'],
    ['cancelled', 'x', 'cancelled', 'reader: cancelled ← x: cancelled ← cause: failed: broken'],
    ['cancelled', 'settled', 'succeeded', 'reader: succeeded'],
    ['cancelled', 'failed', 'skipped', 'reader: skipped, its branch was not taken ← x: cancelled ← cause: failed: broken'],
    ['cancelled', 'anyOf', 'cancelled', 'reader: cancelled ← x: cancelled ← cause: failed: broken'],
    ['skipped', 'x', 'skipped', 'reader: skipped, its branch was not taken ← x: skipped, its branch was not taken ← cause: succeeded'],
    ['skipped', 'settled', 'succeeded', 'reader: succeeded'],
    ['skipped', 'failed', 'skipped', 'reader: skipped, its branch was not taken ← x: skipped, its branch was not taken ← cause: succeeded'],
    ['skipped', 'anyOf', 'skipped', 'reader: skipped, its branch was not taken ← x: skipped, its branch was not taken ← cause: succeeded'],
  ])('a step that %s, waited for by %s, makes the reader %s', async ([source, timing, status, explained]) => {
    const { flow, p } = bench();
    const cause = p.customStep(source === 'cancelled' ? throwing() : () => 1, 'cause');
    const x = p.customStep(source === 'failed' ? throwing() : () => 1, 'x', source === 'skipped' ? failed(cause) : cause);
    p.customStep(() => 1, 'reader', timings[timing]!(x));
    const result = await flow.run();
    expect(result).toHaveStatus('x', source as OutcomeStatus);
    expect(result).toHaveStatus('reader', status);
    expect(result.explain('reader')).toBe(explained);
  });
});

describe('several timings', () => {
  test('one cancel decides at once, while others are at work', async () => {
    const { flow, p } = bench();
    const { bad, slow } = hands('bad', 'slow');
    p.parallel(bad, slow);
    const reader = p.customStep(() => 1, 'reader', slow, bad);
    const run = flow.start();
    await fail(run, bad);
    await settle();
    expect(run.outcome(reader)).toEqual({ status: 'cancelled', because: [{ path: 'p/bad', status: 'failed' }] });
    await pass(run, slow);
    await run.done;
  });

  test('a cancel goes before a branch that was not taken', async () => {
    const { flow, p } = bench();
    const good = p.customStep(() => 1, 'good');
    const bad = p.customStep(throwing(), 'bad');
    p.customStep(() => 1, 'reader', failed(good), bad);
    expect((await flow.run()).outcome('reader')).toEqual({ status: 'cancelled', because: [{ path: 'p/bad', status: 'failed' }] });
  });

  test('all direct causes are listed in declaration order, also those that came after the decision', async () => {
    const { flow, p } = bench();
    const { one, two } = hands('one', 'two');
    p.parallel(one, two);
    p.customStep(() => 1, 'reader', one, two);
    const run = flow.start();
    await fail(run, two);
    await fail(run, one);
    const result = await run.done;
    expect(result.outcome('reader')).toEqual({ status: 'cancelled', because: [{ path: 'p/one', status: 'failed' }, { path: 'p/two', status: 'failed' }] });
    expect(result.explain('reader')).toBe('reader: cancelled ← one: failed: broken (and 1 more)');
  });

  //   a (succeeds) ── failed ── no ─┐
  //                                 ├── join
  //                   b ────────────┘
  test('a group goes well although one of its members was not taken', async () => {
    const { flow, p } = bench();
    const a = p.customStep(() => 1, 'a');
    const group = p.parallel({ no: () => 1, b: () => 2 });
    group.steps.no.after(failed(a));
    p.customStep(() => 3, 'join', group);
    const result = await flow.run();
    expect([result.outcome('no').status, result.outcome('join').status]).toEqual(['skipped', 'succeeded']);
  });

  test('a group of which no member was taken is not taken', async () => {
    const { flow, p } = bench();
    const a = p.customStep(() => 1, 'a');
    const group = p.parallel({ one: () => 1, two: () => 2 }).after(failed(a));
    p.customStep(() => 3, 'join', group);
    expect((await flow.run()).outcome('join')).toMatchObject({ status: 'skipped', reason: { kind: 'branch', because: [{ path: 'p/one' }, { path: 'p/two' }] } });
  });

  test('failed of a group goes when any member failed', async () => {
    const { flow, p } = bench();
    const group = p.parallel({ good: () => 1, bad: throwing() });
    p.customStep(() => 1, 'repair', failed(group));
    p.customStep(() => 1, 'ship', group);
    const result = await flow.run();
    expect([result.outcome('repair').status, result.outcome('ship').status]).toEqual(['succeeded', 'cancelled']);
    expect(result).toHaveStatus('failed');
  });
});

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
