import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, recorded, words } from './bench.ts';

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

  test('a failure counts before its slot is given on: with fail-fast nothing starts any more', async () => {
    const { flow, p } = bench({ concurrency: 1 });
    const { a, b } = hands('a', 'b');
    p.parallel(a, b);
    const run = flow.start(undefined, { onFailure: 'fail-fast' });
    await fail(run, a);
    const result = await run.done;
    expect([result.outcome('b').status, b.count]).toEqual(['stopped', 0]);
  });

  test.for([
    ['a policy', true],
    ['none', false],
  ] as const)('what became of a step is told before the next one of the run starts in its slot (steps with %s)', async ([, policy]) => {
    const { flow, p } = bench({ concurrency: 1 });
    const { a, b } = hands('a', 'b');
    const group = p.parallel(a, b);
    if (policy) group.steps[0].stepRetry({ retries: 1, delay: 0 });
    const run = flow.start();
    const events = recorded(run);
    if (policy) await fail(run, a);
    else await pass(run, a);
    await pass(run, b);
    if (policy) await pass(run, a);
    await run.done;
    const again = policy ? ['step-started p/a', 'step-ended p/a'] : [];
    expect(words(events).slice(1, -2)).toEqual(['step-started p/a', policy ? 'step-retrying p/a' : 'step-ended p/a', 'step-started p/b', 'step-ended p/b', ...again]);
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
