import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, tracer } from './bench.ts';

expect.extend(orderMatchers);

describe('law K1: a step starts as soon as its timings allow', () => {
  //   a ── b ── c
  //   slow
  test('NEW-29 a fast chain ends while a slow sibling is still at work', async () => {
    const { flow, p } = bench();
    const { a, b, c, slow } = hands('a', 'b', 'c', 'slow');
    p.follow(a, b, c);
    p.parallel(slow);
    const run = flow.start();
    await slow.started(run.done);
    for (const step of [a, b, c]) await pass(run, step);
    await settle();
    expect([slow.running, run.outcome(c).status]).toEqual([1, 'succeeded']);
    slow.calls[0]?.succeed();
    expect(await run.done).toHaveOverlapped(slow, c);
  });

  test('NEW-30 processes run side by side', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.parallel(a);
    flow.process('q').parallel(b);
    const run = flow.start();
    await settle();
    expect([a.running, b.running]).toEqual([1, 1]);
    await pass(run, a);
    await pass(run, b);
    expect(await run.done).toHaveOverlapped(a, b);
  });

  //   p: a, b ──(after)── q: c, d
  test('a process that is ordered after another starts when all of that one went well', async () => {
    const { flow, p } = bench();
    const { a, b, c, d } = hands('a', 'b', 'c', 'd');
    p.parallel(a, b);
    flow.process('q').after(p).parallel(c, d);
    const run = flow.start();
    await pass(run, a);
    await settle();
    expect([c.count, d.count]).toEqual([0, 0]);
    await pass(run, b);
    await settle();
    expect([c.running, d.running]).toEqual([1, 1]);
    await pass(run, c);
    await pass(run, d);
    expect(await run.done).toHaveStatus('succeeded');
  });

  //   a ─┐
  //      ├─ c
  //   b ─┘
  test('NEW-35 after called twice waits for both', async () => {
    const { flow, p } = bench();
    const { a, b, c } = hands('a', 'b', 'c');
    p.parallel(a, b);
    p.customStep(c.run, 'c').after(a).after(b).after('a');
    const run = flow.start();
    await pass(run, a);
    await settle();
    expect(c.count).toBe(0);
    await pass(run, b);
    await pass(run, c);
    expect(await run.done).toHaveStatus('succeeded');
    expect(flow.graph().rows().find((row) => row.step === 'c')?.dependencies).toHaveLength(2);
  });

  test('the first step starts in the next microtask, so a listener misses nothing', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    p.customStep(trace, 'a');
    const run = flow.start();
    expect(log).toEqual([]);
    await Promise.resolve();
    expect(log).toEqual(['a']);
    await run.done;
  });
});

describe('law K2: steps that can start together start in (tier, declaration) order', () => {
  //   root ─┬─ z        (declared z, y, x)
  //         ├─ y
  //         └─ x
  test('what one end releases starts in the order of declaration', async () => {
    const { flow, p } = bench();
    const { log, trace } = tracer();
    for (const name of ['z', 'y', 'x']) p.customStep(trace, name, 'root');
    p.customStep(trace, 'root');
    await flow.run();
    expect(log).toEqual(['root', 'z', 'y', 'x']);
  });

  //   b ─┬─ (group) ── x      x is declared before y, and both can start when a ends
  //   a ─┴──────────── y
  test.for([
    ['without a listener', false],
    ['with a listener', true],
  ] as const)('a step behind a group starts before one that is declared later, %s', async ([, listens]) => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    const { log, trace } = tracer();
    const group = p.parallel(a, b);
    p.customStep(trace, 'x', group);
    p.customStep(trace, 'y', a);
    const run = flow.start();
    if (listens) run.on('*', () => undefined);
    await pass(run, b);
    await settle();
    await pass(run, a);
    await run.done;
    expect(log).toEqual(['x', 'y']);
  });

  test.for([[undefined, false], [undefined, true], [1, false], [1, true], [3, false]] as const)(
    'the order of starts of sync steps is the same at concurrency %s, with a listener: %s',
    async ([concurrency, listens]) => {
      const { flow, p } = bench();
      const { log, trace } = tracer();
      p.parallel({ d: trace, c: trace }).after('root');
      p.customStep(trace, 'end', 'c', 'd');
      p.customStep(trace, 'root');
      p.customStep(trace, 'beside');
      const run = flow.start(undefined, concurrency === undefined ? {} : { concurrency });
      if (listens) run.on('*', () => undefined);
      await run.done;
      expect(log).toEqual(['root', 'beside', 'd', 'c', 'end']);
    },
  );

  test('two runs of one definition give the same events', async () => {
    const { flow, p } = bench();
    const { trace } = tracer();
    p.parallel({ a: trace, b: trace, c: trace });
    p.syncAll(trace, 'end');
    const texts = [];
    for (let round = 0; round < 2; round += 1) {
      const run = flow.start(undefined, { runId: 'r' });
      const events: unknown[] = [];
      run.on('*', (event) => void events.push(event));
      await run.done;
      texts.push(JSON.stringify(events));
    }
    expect(texts[1]).toBe(texts[0]);
  });
});
