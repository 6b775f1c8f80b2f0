import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass } from './bench.ts';

expect.extend(orderMatchers);

describe('a concurrency limit', () => {
  test.for(['of the process', 'of the flow', 'of the run', 'of the registry'])('%s holds back what is too much', async (where) => {
    const { flow, p } = bench(where === 'of the registry' ? { concurrency: 2 } : {});
    const { a, b, c } = hands('a', 'b', 'c');
    if (where === 'of the process') p.concurrency(2);
    if (where === 'of the flow') flow.concurrency(2);
    p.parallel(a, b, c);
    const run = flow.start(undefined, where === 'of the run' ? { concurrency: 2 } : {});
    await settle();
    expect([a.running, b.running, c.running, run.outcome('c').status]).toEqual([1, 1, 0, 'queued']);
    await pass(run, b);
    await settle();
    expect([a.running, b.running, c.running]).toEqual([1, 0, 1]);
    await pass(run, a);
    await pass(run, c);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('the smallest of several limits counts', async () => {
    const { flow, p } = bench({ concurrency: 9 });
    const steps = hands('a', 'b', 'c', 'd');
    flow.concurrency(3);
    p.concurrency(2).parallel(steps.a, steps.b);
    flow.process('q').concurrency(5).parallel(steps.c, steps.d);
    const run = flow.start(undefined, { concurrency: 8 });
    await settle();
    expect(Object.values(steps).map((step) => step.running)).toEqual([1, 1, 1, 0]);
    for (const step of Object.values(steps)) await pass(run, step);
    await run.done;
  });

  //   a ── deep (tier 1, declared first)
  //   b    c    d
  test('who is admitted is decided by (tier, declaration), not by arrival', async () => {
    const { flow, p } = bench();
    const { deep, a, b, c, d } = hands('deep', 'a', 'b', 'c', 'd');
    p.customStep(deep.run, 'deep', 'a');
    p.parallel(a, b, c, d);
    const run = flow.start(undefined, { concurrency: 1 });
    const order: string[] = [];
    run.on('step-started', (event) => void order.push(event.step));
    for (const step of [a, b, c, d, deep]) await pass(run, step);
    await run.done;
    expect(order).toEqual(['a', 'b', 'c', 'd', 'deep']);
  });

  test('a step that waits for its next attempt gives its slot to others', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.customStep(a.run, 'a').stepRetry({ retries: 1, delay: '1h' });
    p.parallel(b);
    const run = flow.start(undefined, { concurrency: 1 });
    await fail(run, a);
    await pass(run, b);
    await clock.advance('1h');
    await pass(run, a);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('a step without a pause before its next attempt queues up again', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.parallel(b);
    p.customStep(a.run, 'a').stepRetry(1);
    const run = flow.start(undefined, { concurrency: 1 });
    const order: string[] = [];
    run.on('step-started', (event) => void order.push(`${event.step}${event.attempt}`));
    await pass(run, b);
    await fail(run, a);
    await pass(run, a);
    await run.done;
    expect(order).toEqual(['b1', 'a1', 'a2']);
  });

  test('an aborted step keeps its slot until it has ended', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.customStep(a.run, 'a').stepTimeout('1s');
    p.parallel(b);
    const run = flow.start(undefined, { concurrency: 1, grace: '5s' });
    await clock.advance('5s');
    expect(b.count).toBe(0);
    await clock.advance('1s');
    expect(b.count).toBe(1);
    await pass(run, b);
    expect((await run.done).abandoned).toEqual(['p/a']);
  });

  test('never more than the limit is at work, whatever the steps do', async () => {
    const { flow, p } = bench();
    let working = 0;
    let most = 0;
    for (let index = 0; index < 200; index += 1) {
      p.customStep(async () => {
        working += 1;
        most = Math.max(most, working);
        for (let turn = 0; turn < index % 5; turn += 1) await Promise.resolve();
        working -= 1;
        if (index % 7 === 0) throw new Error('broken');
      }, `s${index}`);
    }
    const result = await flow.run(undefined, { concurrency: 6 });
    expect([most, result.timeline.length]).toEqual([6, 200]);
  });
});

test.for([0, -1, 1.5, NaN, Infinity, '2', null])('the limit %s is refused everywhere', (limit) => {
  const { flow, flows, p } = bench();
  const given = limit as number;
  const shown = typeof limit === 'string' ? `'${limit}'` : String(limit);
  const refused: unknown = expect.objectContaining({
    name: 'InvalidOptionError',
    code: 'invalid-limit',
    message: expect.stringContaining(`is ${shown}; give a whole number from 1, or leave it out for no limit`) as string,
  });
  expect(() => p.concurrency(given)).toThrow(refused);
  expect(() => flow.concurrency(given)).toThrow(refused);
  expect(() => flow.start(undefined, { concurrency: given })).toThrow(refused);
  expect(() => bench({ concurrency: given })).toThrow(refused);
  expect(flows.list()).toEqual(['f']);
});
