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
    const because = [{ path: 'p/one', status: 'failed' }, { path: 'p/two', status: 'failed' }];
    expect(result.outcome('reader')).toEqual({ status: 'cancelled', because });
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
    const reason = { kind: 'branch', because: [{ path: 'p/one', status: 'skipped' }, { path: 'p/two', status: 'skipped' }] };
    expect((await flow.run()).outcome('join')).toEqual({ status: 'skipped', reason });
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
