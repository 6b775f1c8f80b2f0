import { createFlows, type Clock } from 'millrace';
import { virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, throwing } from './bench.ts';

const many = 100_000;

describe('a hundred thousand steps', () => {
  test('side by side in one process all run', async () => {
    const { flow, p } = bench();
    let ran = 0;
    for (let index = 0; index < many; index += 1) p.customStep(() => (ran += 1), `s${index}`);
    const result = await flow.run();
    expect([ran, result.status, result.value(`s${many - 1}`)]).toEqual([many, 'succeeded', many]);
  }, 60_000);

  test('in a chain of sync steps run without overflowing the stack, with and without a listener', async () => {
    const { flow, p } = bench();
    let last = p.customStep(() => 0, 's0');
    for (let index = 1; index < many; index += 1) last = p.customStep((s) => s.attempt + index - 1, `s${index}`, last) as typeof last;
    expect((await flow.run()).value(last)).toBe(many - 1);
    const run = flow.start();
    let ended = 0;
    run.on('step-ended', () => void (ended += 1));
    await run.done;
    expect(ended).toBe(many);
  }, 60_000);

  test('in a chain whose first step fails are all cancelled, each by the one before it', async () => {
    const { flow, p } = bench();
    let last = p.customStep(throwing(), 's0');
    for (let index = 1; index < many; index += 1) last = p.customStep(() => index as never, `s${index}`, last) as typeof last;
    const result = await flow.run();
    expect(result.outcome(last)).toEqual({ status: 'cancelled', because: [{ path: `p/s${many - 2}`, status: 'cancelled' }] });
    expect(result.explain(last)).toMatch(/^s99999: cancelled ← .* ← … ← s0: failed: broken$/);
  }, 60_000);

  test('behind one group, and all of them waited for by one', async () => {
    const { flow, p } = bench();
    const group = p.parallel(Object.fromEntries(Array.from({ length: many }, (_, index) => [`s${index}`, () => index])));
    const end = p.customStep((s) => s.outcome('s7').status, 'end', group);
    expect((await flow.run()).value(end)).toBe('succeeded');
  }, 60_000);

  test('in a cycle are one problem', () => {
    const { flow, p } = bench();
    for (let index = 0; index < many; index += 1) p.customStep(() => index, `s${index}`, `s${(index + many - 1) % many}`);
    expect(() => flow.compile()).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ code: 'cycle' })] }));
  }, 60_000);
});

describe('law K7: a long run of sync steps', () => {
  test('yields to the event loop', async () => {
    const clock = virtualClock();
    let time = 0;
    let yields = 0;
    const busy: Clock = {
      now: () => time,
      monotonic: () => time,
      setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
      yield(callback) {
        yields += 1;
        clock.yield(callback);
      },
    };
    const flow = createFlows({ clock: busy, yieldAfter: 10 }).registerFlow('f');
    const p = flow.process('p');
    let last = p.customStep(() => 0, 's0');
    for (let index = 1; index < 1_000; index += 1) last = p.customStep(() => (time += 1), `s${index}`, last) as typeof last;
    expect((await flow.run()).status).toBe('succeeded');
    expect(yields).toBeGreaterThan(50);
  });

  test('runs in one turn when it is short: no promise, no timer', () => {
    const { clock, flow, p } = bench();
    let ran = 0;
    for (let index = 0; index < 50; index += 1) p.customStep(() => (ran += 1), `s${index}`);
    void flow.run();
    expect([ran, clock.pending]).toEqual([50, 0]);
  });
});
