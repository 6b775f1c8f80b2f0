import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass } from './bench.ts';

expect.extend(orderMatchers);

describe('the limit of a registry', () => {
  test('holds for all runs of all its flows together, in turn', async () => {
    const { flow, flows, p } = bench({ concurrency: 1 });
    const { a, b, c } = hands('a', 'b', 'c');
    p.follow(a, c);
    const other = flows.registerFlow('other');
    other.process('p').parallel(b);
    const first = flow.start();
    const second = other.start();
    await settle();
    expect([a.running, b.running]).toEqual([1, 0]);
    await pass(first, a);
    await settle();
    expect(a.running + b.running + c.running).toBe(1);
    for (const step of [b, c]) await pass(step === b ? second : first, step);
    expect([(await first.done).status, (await second.done).status]).toEqual(['succeeded', 'succeeded']);
  });

  test('a paused run does not hold a slot', async () => {
    const { flow, p } = bench({ concurrency: 1 });
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const paused = flow.start();
    paused.pause();
    const other = flow.start();
    await pass(other, a);
    await pass(other, b);
    expect(await other.done).toHaveStatus('succeeded');
    paused.resume();
    await pass(paused, a);
    await pass(paused, b);
    expect(await paused.done).toHaveStatus('succeeded');
  });

  test('an abandoned step gives its slot back, once', async () => {
    const { clock, flow, p } = bench({ concurrency: 1 });
    const { a, b, c } = hands('a', 'b', 'c');
    p.customStep(a.run, 'a').stepTimeout('1s');
    p.parallel(b, c);
    const run = flow.start(undefined, { grace: 0 });
    const call = await a.started(run.done);
    await clock.advance('1s');
    call.succeed('too late');
    await settle();
    expect([b.running, c.running]).toEqual([1, 0]);
    await pass(run, b);
    await pass(run, c);
    expect(await run.done).toHaveStatus('a', 'failed');
  });

  test('a thousand runs of async steps all end', async () => {
    const { flow, p } = bench({ concurrency: 3 });
    let working = 0;
    let most = 0;
    p.parallel({
      a: async () => {
        most = Math.max(most, (working += 1));
        await Promise.resolve();
        working -= 1;
      },
      b: () => undefined,
    });
    const results = await Promise.all(Array.from({ length: 1_000 }, () => flow.run()));
    expect([most, results.every((result) => result.status === 'succeeded')]).toEqual([3, true]);
  });
});
