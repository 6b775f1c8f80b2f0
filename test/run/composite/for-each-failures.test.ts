import type { Outcome } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, internalErrors, recorded, throwing, tracer } from '../bench.ts';
import { asyncly } from './kinds.ts';

expect.extend(orderMatchers);

describe('when an item fails', () => {
  test('the others are aborted and waited for, and no further one starts', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const broken = new Error('broken');
    const step = p.forEach(['x', 'y', 'z'], 'lines', (each) => each.customStep(a.run, 'a'), { concurrency: 2 });
    const run = flow.start();
    const events = recorded(run);
    const [first, second] = [await a.started(run.done), await a.started(run.done)];
    second.fail(broken);
    await settle();
    expect([first.signal.aborted, first.signal.reason, run.status]).toEqual([true, broken, 'running']);
    first.fail(first.signal.reason);
    const result = await run.done;
    expect(result.outcome(step)).toEqual({ status: 'failed', error: broken });
    expect([a.count, internalErrors(events)]).toEqual([2, []]);
    const ends = events.flatMap((event) => (event.type === 'step-ended' ? [[event.path, event.outcome.status]] : []));
    expect(ends).toEqual([['p/lines/1/a', 'failed'], ['p/lines/0/a', 'stopped'], ['p/lines', 'failed']]);
  });

  test('one that ignores its signal is left behind after the grace', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    const step = p.forEach(['x', 'y'], 'lines', (each) => each.customStep(a.run, 'a'));
    const run = flow.start(undefined, { grace: '3s' });
    await a.started(run.done);
    await fail(run, a);
    await clock.advance(2_999);
    expect(run.status).toBe('running');
    await clock.advance(1);
    const result = await run.done;
    expect(result).toHaveStatus(step, 'failed');
    expect(result.abandoned).toEqual(['p/lines/0/a']);
  });

  test('one that ended with a value in spite of the abort changes nothing', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const step = p.forEach(['x', 'y'], 'lines', (each) => each.customStep(a.run, 'a'));
    const run = flow.start();
    const first = await a.started(run.done);
    await fail(run, a, new Error('y'));
    await settle();
    first.succeed('x');
    expect((await run.done).outcome(step)).toMatchObject({ status: 'failed', error: { message: 'y' } });
  });

  test('the error is that of the first item that failed, in their order', async () => {
    const { flow, p } = bench();
    const step = p.forEach(['x', 'y'], 'lines', (each) => each.customStep((s) => Promise.reject(new Error(String(s.result(each.item)))), 'a'));
    expect((await flow.run()).outcome(step)).toMatchObject({ error: { message: 'x' } });
  });

  test('it is collected with the others', async () => {
    const { flow, p } = bench();
    const broken = new Error('broken');
    const step = p.forEach(
      [1, 2, 3],
      'lines',
      (each) =>
        each.customStep((s) => {
          if (s.result(each.item) === 2) throw broken;
          return s.result(each.item);
        }, 'x'),
      { onError: 'collect' },
    );
    const result = await flow.run();
    const outcomes: readonly Outcome<number>[] = result.value(step);
    expect(outcomes).toEqual([{ status: 'succeeded', value: 1 }, { status: 'failed', error: broken }, { status: 'succeeded', value: 3 }]);
    expect(result.status).toBe('succeeded');
  });

  test('and others are collected, a key that is there twice fails the step all the same', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const step = p.forEach(() => asyncly('x', 'y', 'x'), 'lines', (each) => each.customStep(a.run, 'a'), { onError: 'collect', key: (item) => item, concurrency: 3 });
    const run = flow.start();
    const calls = [await a.started(run.done), await a.started(run.done)];
    await settle();
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    for (const call of calls) call.fail(call.signal.reason);
    expect((await run.done).outcome(step)).toMatchObject({ status: 'failed', error: { code: 'duplicate-key' } });
  });
});

describe('when an async iterable fails', () => {
  async function* broken(...items: readonly string[]): AsyncGenerator<string> {
    yield* items;
    await Promise.reject(new Error('no more'));
  }

  test.each([undefined, 'collect' as const])('the items at work are aborted and waited for, onError: %s', async (onError) => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const { log, trace } = tracer();
    const step = p.forEach(() => broken('x', 'y'), 'lines', (each) => {
      each.customStep(trace, 'b').after(each.customStep(a.run, 'a'));
      each.always(trace, 'end');
    }, { concurrency: 3, ...(onError && { onError }) });
    const run = flow.start();
    const calls = [await a.started(run.done), await a.started(run.done)];
    await settle();
    expect([run.status, calls.map(({ signal }) => signal.aborted), log]).toEqual(['running', [true, true], []]);
    for (const call of calls) call.fail(call.signal.reason);
    const result = await run.done;
    expect([result.outcome(step), log]).toMatchObject([{ status: 'failed', error: { message: 'no more' } }, ['end', 'end']]);
  });

  test('that is why the step has failed, also when an item that is collected had failed before', async () => {
    const { flow, p } = bench();
    p.forEach(() => broken('x'), 'lines', (each) => each.customStep(throwing(new Error('item')), 'a'), { onError: 'collect' });
    expect((await flow.run()).errors).toMatchObject([{ path: 'p/lines', error: { message: 'no more' } }]);
  });
});

describe('when a forEach is stopped', () => {
  test('it has succeeded if every item has', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const step = p.forEach(['x', 'y'], 'lines', (each) => each.customStep(a.run, 'a'));
    const run = flow.start();
    const calls = [await a.started(run.done), await a.started(run.done)];
    run.stop();
    for (const call of calls) call.succeed('done');
    const result = await run.done;
    expect([result.status, result.value(step)]).toEqual(['succeeded', ['done', 'done']]);
  });

  test('it is stopped if items have not started', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const step = p.forEach(['x', 'y'], 'lines', (each) => each.customStep(a.run, 'a'), { concurrency: 1 });
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough');
    call.succeed('done');
    const result = await run.done;
    expect([result.outcome(step), a.count]).toEqual([{ status: 'stopped', reason: 'enough' }, 1]);
  });

  test('it has failed if an item has', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const step = p.forEach(['x', 'y'], 'lines', (each) => each.customStep(a.run, 'a'));
    const run = flow.start();
    const calls = [await a.started(run.done), await a.started(run.done)];
    run.stop('enough');
    calls[0]?.fail(new Error('broken'));
    await settle();
    calls[1]?.succeed();
    expect((await run.done).outcome(step)).toMatchObject({ status: 'failed', error: { message: 'broken' } });
  });

  test('it has one grace for its items and its iterable together', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    const items = (): AsyncIterable<number> => {
      let taken = 0;
      return { [Symbol.asyncIterator]: () => ({ next: () => ((taken += 1) === 1 ? Promise.resolve({ value: 1 }) : new Promise(() => undefined)) }) };
    };
    p.forEach(items, 'lines', (each) => each.customStep(a.run, 'a'), { concurrency: 2 });
    const run = flow.start();
    await a.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '3s' });
    await clock.advance('3s');
    expect((await run.done).abandoned.toSorted()).toEqual(['p/lines', 'p/lines/0/a']);
  });
});
