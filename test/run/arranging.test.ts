import { step, type StepContext, type StepToken } from 'millrace';
import { orderMatchers } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, tracer } from './bench.ts';

expect.extend(orderMatchers);

type Token = StepToken<string, unknown, unknown>;

function steps(work: (s: StepContext) => unknown, first: string, ...others: readonly string[]): [Token, ...Token[]] {
  return [step(work, first), ...others.map((name) => step(work, name))];
}

describe('single steps and chains', () => {
  test('ARR-01 one step runs once and the flow succeeds', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    p.customStep(trace, 'only');
    expect(await flow.run()).toHaveStatus('succeeded');
    expect(log).toEqual(['only']);
  });

  //   1 ── 2 ── 3      11 ── 12 ── 13
  test('ARR-03 next chains steps one after the other', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    p.customStep(trace, '1').next(trace, '2').next(trace, '3');
    p.customStep(trace, '11').next(trace, '12').next(trace, '13');
    const result = await flow.run();
    expect(result).toHaveRunInOrder(['1', '2', '3']);
    expect(result).toHaveRunInOrder(['11', '12', '13']);
    expect(log).toHaveLength(6);
  });

  //   1 ─┬─ 2      11 ─┬─ 12
  //      └─ 3          └─ 13
  test('ARR-04 same shares the timings of the step that it is called on', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    p.customStep(trace, '1').next(trace, '2').same(trace, '3');
    p.customStep(trace, '11').next(trace, '12').same(trace, '13');
    const result = await flow.run();
    for (const [before, after] of [['1', '2'], ['1', '3'], ['11', '12'], ['11', '13']] as const) expect(result).toHaveRunBefore(before, after);
    expect(flow.graph().tiers()).toEqual([
      ['p/1', 'p/11'],
      ['p/2', 'p/3', 'p/12', 'p/13'],
    ]);
    expect(log).toHaveLength(6);
  });

  test('ARR-04 same takes the timings of that moment, not later ones', async () => {
    const { flow, p } = bench();
    const { a, b, c, d } = hands('a', 'b', 'c', 'd');
    p.parallel(a, b);
    const first = p.customStep(c.run, 'c', a);
    first.same(d.run, 'd');
    first.after(b);
    const run = flow.start();
    await pass(run, a);
    await d.started(run.done);
    expect(c.count).toBe(0);
    run.stop(undefined, { mode: 'abort', grace: 0 });
  });

  //   1 ── 2 ─┬─ 3 ─┐
  //           ├─ 4 ─┼─ 6
  //           └─ 5 ─┘
  test('ARR-05 branches come together in syncAll', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    const two = p.customStep(trace, '1').next(trace, '2');
    for (const name of ['3', '4', '5']) two.next(trace, name);
    p.syncAll(trace, '6');
    const result = await flow.run();
    expect(log).toHaveLength(6);
    expect(log.at(-1)).toBe('6');
    for (const name of ['3', '4', '5']) expect(result).toHaveRunInOrder(['1', '2', name, '6']);
  });

  // A function means the step that has the function's own name, whatever else it works for (repaired: never by name alone).
  //   NormalStep1 ── NormalStep2 ── NormalStep3
  //       ├─ 4
  //       └─ 5
  test('ARR-06 follow takes names from functions, and a function is a ref', async () => {
    const { flow, p } = bench();
    const log: string[] = [];
    const NormalStep1 = (s: { readonly name: string }): void => void log.push(s.name);
    const NormalStep2 = (s: { readonly name: string }): void => void log.push(s.name);
    const NormalStep3 = (s: { readonly name: string }): void => void log.push(s.name);
    p.follow(NormalStep1, NormalStep2, NormalStep3);
    p.customStep(NormalStep1, '4', NormalStep1);
    p.customStep(NormalStep1, '5', 'NormalStep1');
    const result = await flow.run();
    expect(log).toHaveLength(5);
    expect(result).toHaveRunInOrder(['NormalStep1', 'NormalStep2', 'NormalStep3']);
    expect(result).toHaveRunBefore('NormalStep1', '4');
    expect(result).toHaveRunBefore('NormalStep1', '5');
  });
});

describe('follow', () => {
  test('ARR-07 follow runs its steps strictly one after the other', async () => {
    const { flow, p } = bench();
    const { one, two, three } = hands('one', 'two', 'three');
    p.follow(one, two, three);
    const run = flow.start();
    for (const step of [one, two, three]) {
      await step.started(run.done);
      expect([one.count + two.count + three.count, step.running]).toEqual([[one, two, three].indexOf(step) + 1, 1]);
      step.calls[0]?.succeed();
    }
    const result = await run.done;
    expect(result).toHaveStatus('succeeded');
    expect(result).toHaveRunInOrder([one, two, three]);
  });

  //   01 ─┐
  //   02 ─┼─ 2 ── 3
  //  fn1 ─┘
  test('ARR-08 after holds the first of a chain until all have ended', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    const fn1 = (): void => void log.push('fn1');
    p.parallel({ '01': trace, '02': trace });
    p.parallel(fn1);
    p.follow(...steps(trace, '2', '3')).after('01', '02', fn1);
    const result = await flow.run();
    expect(log).toHaveLength(5);
    for (const before of ['01', '02', fn1]) expect(result).toHaveRunInOrder([before, '2', '3']);
  });

  //   0 ── 1 ── 2 ── 3 ── 6
  test('ARR-09 chain, after and syncAll run together', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    const head = p.customStep(trace, '0');
    p.follow(...steps(trace, '1', '2', '3')).after(head);
    p.syncAll(trace, '6');
    await flow.run();
    expect(log).toEqual(['0', '1', '2', '3', '6']);
  });

  test('ARR-10 follow without steps is refused', () => {
    const { p } = bench();
    expect(() => void Reflect.apply(p.follow.bind(p), undefined, [])).toThrow(
      expect.objectContaining({ code: 'empty-group', message: 'follow() was given no steps; give at least one' }),
    );
  });
});
