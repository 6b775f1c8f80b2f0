import { step } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, tracer } from './bench.ts';

expect.extend(orderMatchers);

describe('parallel', () => {
  test('ARR-11 parallel starts all its steps at once', async () => {
    const { flow, p } = bench();
    const { one, two, three } = hands('one', 'two', 'three');
    p.parallel(one, two, three);
    const run = flow.start();
    await settle();
    expect([one.running, two.running, three.running]).toEqual([1, 1, 1]);
    for (const hand of [three, one, two]) await pass(run, hand);
    expect(await run.done).toHaveStatus('succeeded');
  });

  //   4 ─┬─ 1 ─┐
  //      ├─ 2 ─┼─ 6
  //   5 ─┴─ 3 ─┘
  test('ARR-13 after holds every member, and syncAll joins them', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    p.parallel({ four: trace, five: trace });
    p.parallel({ one: trace, two: trace, three: trace }).after('four', 'five');
    p.syncAll(trace, 'six');
    await flow.run();
    expect(log).toEqual(['four', 'five', 'one', 'two', 'three', 'six']);
  });

  test('ARR-14 parallel without steps is refused, as a list and as a record', () => {
    const { flow, p } = bench();
    const refused: unknown = expect.objectContaining({ code: 'empty-group', message: 'parallel() was given no steps; give at least one' });
    expect(() => void Reflect.apply(p.parallel.bind(p), undefined, [])).toThrow(refused);
    expect(() => p.parallel({})).toThrow(refused);
    expect(flow.graph().size).toBe(0);
  });
});

describe('sync points', () => {
  //       ┌─ 1 ─┐
  //   0 ──┼─ 2 ─┼── 4
  //       └─ 3 ─┘
  test('ARR-15 a step waits for the sync point of a group', async () => {
    const { flow, p } = bench();
    const { zero, one, two, three, four } = hands('zero', 'one', 'two', 'three', 'four');
    p.follow(zero);
    const point = p.parallel(one, two, three).after(zero);
    p.customStep(four.run, 'four', point);
    const run = flow.start();
    await pass(run, zero);
    await pass(run, three);
    await pass(run, one);
    await two.started(run.done);
    await settle();
    expect(four.count).toBe(0);
    two.calls[0]?.succeed();
    await pass(run, four);
    expect(await run.done).toHaveStatus('succeeded');
  });

  //       ┌─ 1 ─┐     ┌─ 3 ─┐
  //   0 ──┤     ├─ pt ┤     ├── 5
  //       └─ 2 ─┘     └─ 4 ─┘
  test('ARR-16 a sync point is a timing of another group', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    p.customStep(trace, 'zero');
    const first = p.parallel({ one: trace, two: trace }).after('zero');
    const second = p.parallel({ three: trace, four: trace }).after(first);
    p.customStep(trace, 'five', second);
    const result = await flow.run();
    expect(log).toEqual(['zero', 'one', 'two', 'three', 'four', 'five']);
    for (const before of ['one', 'two']) for (const after of ['three', 'four']) expect(result).toHaveRunInOrder(['zero', before, after, 'five']);
  });

  //   1 ─┐     ┌─ 3 ─┐
  //      ├─ pt ┤     ├── 5
  //   2 ─┘     └─ 4 ─┘
  test('ARR-18 sync points need no step before them', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    const first = p.parallel({ one: trace, two: trace });
    const second = p.parallel({ three: trace, four: trace }).after(first);
    p.customStep(trace, 'five', second);
    const result = await flow.run();
    expect(log).toHaveLength(5);
    for (const before of ['one', 'two']) for (const after of ['three', 'four']) expect(result).toHaveRunInOrder([before, after, 'five']);
  });

  test('NEW-33 the sync point of a chain is reached when all of its steps went well, and shows all their results', async () => {
    const { flow, p } = bench();
    const chain = p.follow(step(() => 'A', 'a'), step(() => 'B', 'b'), step(() => 'C', 'c'));
    const seen = p.customStep((s) => [s.results.a, s.results.b, s.results.c], 'seen', chain);
    expect((await flow.run()).value(seen)).toEqual(['A', 'B', 'C']);
  });

  test('a failed member cancels what waits for the group', async () => {
    const { flow, p } = bench();
    const { one, two, after } = hands('one', 'two', 'after');
    const group = p.parallel(one, two);
    p.customStep(after.run, 'after', group);
    const run = flow.start();
    await fail(run, two, new Error('no paper'));
    await pass(run, one);
    const result = await run.done;
    expect(result.explain('after')).toBe('after: cancelled ← two: failed: no paper');
    expect(after.count).toBe(0);
  });
});
