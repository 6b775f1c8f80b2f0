import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, throwing } from '../bench.ts';
import { asyncly } from './kinds.ts';

expect.extend(orderMatchers);

describe('forEach', () => {
  test('goes through lists, iterables, promises of them, async iterables and the values of steps, in their order', async () => {
    const { flow, p } = bench();
    const made = p.customStep(() => new Set([1, 2, 3]), 'made');
    const each = [
      p.forEach([1, 2, 3], 'list', (s) => s.customStep((c) => c.result(s.item) * 2, 'x')),
      p.forEach(() => new Map([[1, 1], [2, 2], [3, 3]]).keys(), 'iterable', (s) => s.customStep((c) => c.result(s.item) * 2, 'x')),
      p.forEach(async () => [1, 2, 3], 'promise', (s) => s.customStep(async (c) => c.result(s.item) * 2, 'x')),
      p.forEach(() => asyncly(1, 2, 3), 'async', (s) => s.customStep((c) => c.result(s.item) * 2, 'x')),
      p.forEach(made, 'step', (s) => s.customStep((c) => c.result(s.item) * 2, 'x')),
    ];
    const result = await flow.run();
    expect(each.map((step) => result.value(step))).toEqual(each.map(() => [2, 4, 6]));
  });

  test('keeps the order of the items, however they end', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const step = p.forEach(['x', 'y', 'z'], 'lines', (each) => each.customStep(a.run, 'a'));
    const run = flow.start();
    const calls = [await a.started(run.done), await a.started(run.done), await a.started(run.done)];
    for (const [at, call] of [...calls.entries()].reverse()) {
      call.succeed(at);
      await settle();
    }
    expect((await run.done).value(step)).toEqual([0, 1, 2]);
  });

  test('starts all items side by side without a limit, also when there are hundreds', async () => {
    const { flow, p } = bench();
    let atWork = 0;
    let most = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    p.forEach(Array.from({ length: 500 }, (_, at) => at), 'lines', (each) => {
      each.customStep(async () => {
        most = Math.max(most, ++atWork);
        if (atWork === 500) release();
        await released;
        atWork--;
      }, 'a');
    });
    expect((await flow.run()).status).toBe('succeeded');
    expect(most).toBe(500);
  });

  test('does not start thousands of items after one that has failed at once, wherever it stands', async () => {
    const { flow, p } = bench();
    let started = 0;
    p.forEach(['outer'], 'outer', (outer) => {
      outer.forEach(Array.from({ length: 5_000 }, (_, at) => at), 'inner', (each) => {
        each.customStep((s) => {
          started++;
          if (s.result(each.index) === 100) throw new Error('no');
        }, 'a');
      });
    });
    expect((await flow.run()).status).toBe('failed');
    expect(started).toBeLessThan(400);
  });

  test('of nothing is an empty list', async () => {
    const { flow, p } = bench();
    const steps = [p.forEach([], 'list', (each) => void each.customStep(() => 1, 'x')), p.forEach(() => asyncly(), 'async', () => undefined, { onError: 'collect' })];
    const result = await flow.run();
    expect(steps.map((step) => result.value(step))).toEqual([[], []]);
  });

  test('of ten thousand, sync and async', async () => {
    const { flow, p } = bench();
    const many = Array.from({ length: 10_000 }, (_, at) => at);
    const sync = p.forEach(many, 'sync', (each) => each.customStep((s) => s.result(each.item), 'x'));
    const later = p.forEach(many, 'later', (each) => each.customStep(async (s) => s.result(each.item), 'x'), { concurrency: 10 });
    const result = await flow.run();
    expect(result.value(sync)).toEqual(many);
    expect(result.value(later)).toEqual(many);
  }, 60_000);

  test.each([1, 2, 5])('has at most %i items at work, started in their order', async (concurrency) => {
    const { flow, p } = bench();
    const { a } = hands('a');
    const items = ['x', 'y', 'z'];
    const started: unknown[] = [];
    p.forEach(items, 'lines', (each) => each.customStep((s) => (started.push(s.result(each.item)), a.run(s)), 'a'), { concurrency });
    const run = flow.start();
    for (let done = 0; done < items.length; done += 1) {
      await settle();
      expect(a.running).toBe(Math.min(concurrency, items.length - done));
      await pass(run, a);
    }
    await run.done;
    expect(started).toEqual(items);
  });

  test('takes no more of an async iterable than can be worked on', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    let taken = 0;
    let cleaned = false;
    async function* endless(): AsyncGenerator<number> {
      try {
        for (;;) yield await Promise.resolve((taken += 1));
      } finally {
        cleaned = true;
      }
    }
    p.forEach(() => endless(), 'lines', (each) => each.customStep(a.run, 'a'), { concurrency: 2 });
    const run = flow.start();
    await settle();
    expect([taken, a.running]).toEqual([2, 2]);
    await pass(run, a);
    await settle();
    expect([taken, a.running]).toEqual([3, 2]);
    run.stop();
    await pass(run, a);
    await pass(run, a);
    expect((await run.done).status).toBe('stopped');
    expect([taken, cleaned]).toEqual([3, true]);
  });

  test('works on one item after the other of an async iterable by default', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.forEach(() => asyncly(1, 2), 'lines', (each) => each.customStep(a.run, 'a'));
    const run = flow.start();
    await settle();
    expect(a.running).toBe(1);
    await pass(run, a);
    await pass(run, a);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('an iterable that has ended is not told to clean up', async () => {
    const { flow, p } = bench();
    let returned = 0;
    const ended = { done: true as const, value: undefined };
    const cleanUp = (): Promise<typeof ended> => Promise.resolve(((returned += 1), ended));
    const items = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(ended), return: cleanUp }) };
    p.forEach(() => items, 'lines', () => undefined);
    expect(await flow.run()).toHaveStatus('succeeded');
    expect(returned).toBe(0);
  });

  test('names items by their keys, encoded for paths', async () => {
    const { flow, p } = bench();
    const seen: string[] = [];
    p.forEach(['a/b', 'ü', 'c#1'], 'lines', (each) => each.customStep((s) => seen.push(s.path, s.idempotencyKey), 'x'), { key: (item) => item });
    p.forEach(['x'], 'numbers', (each) => each.customStep((s) => seen.push(s.path), 'x'), { key: (_, at) => at + 0.5 });
    await flow.run();
    expect(seen).toEqual(['p/lines/a%2Fb/x', 'r-1/p/lines/a%2Fb/x', 'p/lines/%C3%BC/x', 'r-1/p/lines/%C3%BC/x', 'p/lines/c%231/x', 'r-1/p/lines/c%231/x', 'p/numbers/0.5/x']);
  });

  test.each([
    ['twice the same', (): unknown => 'same', 'duplicate-key', "items 0 and 1 of step 'p/lines' have the same key 'same'; give each its own"],
    ['an empty text', (): unknown => '', 'invalid-name', "the key of an item of step 'p/lines' is ''; give a text that is not empty, or a number"],
    ['no number', (): unknown => NaN, 'invalid-name', "the key of an item of step 'p/lines' is NaN; give a text that is not empty, or a number"],
    ['an object', (): unknown => ({}), 'invalid-name', "the key of an item of step 'p/lines' is an object; give a text that is not empty, or a number"],
    ['half a character', (): unknown => '\uD800', 'invalid-name', undefined],
  ])('fails when a key is %s, before anything starts', async (_, key, code, message) => {
    const { flow, p } = bench();
    let ran = 0;
    const step = p.forEach([1, 2], 'lines', (each) => each.customStep(() => (ran += 1), 'x'), { key: key as () => string });
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { code, ...(message === undefined ? {} : { message }) } });
    expect(ran).toBe(0);
  });

  test('fails when a key throws', async () => {
    const { flow, p } = bench();
    const step = p.forEach([1, 2], 'lines', (each) => void each.customStep(() => 1, 'x'), { key: throwing(new Error('unclear')) });
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { message: 'unclear' } });
  });

  test.each([
    ['a number', (): unknown => 7, "the items of step 'p/lines' are 7; give a list, an iterable or an async iterable"],
    ['nothing', async (): Promise<unknown> => undefined, "the items of step 'p/lines' are undefined; give a list, an iterable or an async iterable"],
    ['an object', (): unknown => ({}), "the items of step 'p/lines' are an object; give a list, an iterable or an async iterable"],
  ])('fails when the items are %s', async (_, items, message) => {
    const { flow, p } = bench();
    const step = p.forEach(items as never, 'lines', () => undefined);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { code: 'not-iterable', message } });
  });

  test.each([
    ['the function of the items throws', throwing(new Error('unclear'))],
    ['the function of the items rejects', () => Promise.reject(new Error('unclear'))],
    ['an iterable throws', () => ({ [Symbol.iterator]: throwing(new Error('unclear')) })],
    ['an async iterable throws', () => ({ [Symbol.asyncIterator]: throwing(new Error('unclear')) })],
    ['an async iterator throws', () => ({ [Symbol.asyncIterator]: () => ({ next: throwing(new Error('unclear')) }) })],
    ['an async iterator rejects', () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('unclear')) }) })],
  ])('fails when %s', async (_, items) => {
    const { flow, p } = bench();
    const step = p.forEach(items as never, 'lines', () => undefined);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { message: 'unclear' } });
  });

  test('fails when an async iterator gives something else', async () => {
    const { flow, p } = bench();
    const step = p.forEach((() => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(7) }) })) as never, 'lines', () => undefined);
    expect((await flow.run()).outcome(step)).toMatchObject({ status: 'failed', error: { name: 'TypeError', message: 'an async iterator gave 7 instead of a result' } });
  });
});
