import { anyOf, optional } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, tracer } from './bench.ts';

expect.extend(orderMatchers);

describe('syncAll', () => {
  //   a ─┐            ┌─ c ─┐
  //      ├─ first ────┤     ├─ second
  //   b ─┘            └─ d ─┘   (e is a leaf too)
  test('NEW-34 syncAll twice joins the leaves of each moment', () => {
    const { flow, p } = bench();
    const { trace } = tracer();
    p.parallel({ a: trace, b: trace });
    const first = p.syncAll(trace, 'first');
    p.parallel({ c: trace, d: trace }).after(first);
    p.parallel({ e: trace });
    p.syncAll(trace, 'second');
    const waits = new Map(flow.graph().rows().map((row) => [row.step, row.dependencies.map(({ path }) => path)]));
    expect(waits.get('first')).toEqual(['p/a', 'p/b']);
    expect(waits.get('second')).toEqual(['p/c', 'p/d', 'p/e']);
  });

  test('NEW-34 syncAll in the middle does not wait for what is registered later', async () => {
    const { flow, p } = bench();
    const { a, middle, later } = hands('a', 'middle', 'later');
    p.follow(a);
    p.syncAll(middle.run, 'middle');
    p.follow(later);
    const run = flow.start();
    await pass(run, a);
    await pass(run, middle);
    expect(later.running).toBe(1);
    await pass(run, later);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('NEW-34 a step that was a leaf at that moment counts, also when something waits for it later', () => {
    const { flow, p } = bench();
    const { trace } = tracer();
    const a = p.customStep(trace, 'a');
    const b = p.customStep(trace, 'b');
    p.syncAll(trace, 'end');
    b.after(a);
    expect(flow.graph().rows().find((row) => row.step === 'end')?.dependencies.map(({ path }) => path)).toEqual(['p/a', 'p/b']);
  });

  test('NEW-34 syncAll in an empty process runs at once', async () => {
    const { flow, p } = bench();
    const end = p.syncAll(() => 'done', 'end');
    expect((await flow.run()).value(end)).toBe('done');
  });

  test('NEW-34 two syncAll in a row wait for one another', () => {
    const { flow, p } = bench();
    p.syncAll(() => 1, 'one');
    p.syncAll(() => 2, 'two');
    expect(flow.graph().tiers()).toEqual([['p/one'], ['p/two']]);
  });

  test('a step that is only read optionally is a leaf, because nobody waits for it', async () => {
    const { flow, p } = bench();
    const { slow, reader, end } = hands('slow', 'reader', 'end');
    p.follow(slow);
    p.customStep(reader.run, 'reader', optional(slow));
    p.syncAll(end.run, 'end');
    const run = flow.start();
    await pass(run, reader);
    await settle();
    expect(end.count).toBe(0);
    await pass(run, slow);
    await pass(run, end);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('it does not wait for the losers of anyOf, which another step waits for', async () => {
    const { flow, p } = bench();
    const { fast, slow, reader, end } = hands('fast', 'slow', 'reader', 'end');
    p.parallel(fast, slow);
    p.customStep(reader.run, 'reader', anyOf(fast, slow));
    p.syncAll(end.run, 'end');
    const run = flow.start();
    await pass(run, fast);
    await pass(run, reader);
    await pass(run, end);
    expect(run.outcome('slow').status).toBe('running');
    await pass(run, slow);
    expect(await run.done).toHaveStatus('succeeded');
  });
});
