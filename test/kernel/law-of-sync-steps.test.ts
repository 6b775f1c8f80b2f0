import { createHook } from 'node:async_hooks';
import { failed, settled, type Clock } from 'millrace';
import { describe, expect, test } from 'vitest';
import { chain, pipeline } from './pipeline.ts';

const fine = (): void => undefined;
const wrong = (): never => {
  throw new Error('card declined');
};

describe('K7 sync steps', () => {
  test('K7 sync steps are over when run returns', async () => {
    const p = pipeline();
    const log: string[] = [];
    chain(p, 3, (index) => log.push(`s${index}`));
    void Promise.resolve().then(() => log.push('microtask'));
    const run = p.flow.run();
    expect(log).toEqual(['s0', 's1', 's2']);
    expect((await run).status).toBe('succeeded');
  });

  test('K7 a thousand sync steps make one promise and no microtask or timer', () => {
    const p = pipeline();
    chain(p, 1_000, fine);
    p.flow.compile();
    void p.flow.run();
    const made: string[] = [];
    const hook = createHook({ init: (_id, type) => void made.push(type) }).enable();
    void p.flow.run();
    hook.disable();
    expect(made).toEqual(['PROMISE']);
  });

  test.each([
    ['of successes', fine, 'succeeded', undefined],
    ['of cancelled steps', (index: number) => (index === 0 ? wrong() : undefined), 'cancelled', undefined],
    ['of steps that wait for an end', (index: number) => (index === 0 ? wrong() : undefined), 'succeeded', (before: string) => settled(before) as never],
    ['of branches that were not taken', fine, 'skipped', (before: string) => (before === 's0' ? failed(before) : before) as never],
  ])('K7 a chain of a hundred thousand steps does not overflow the stack: a chain %s', { timeout: 60_000 }, async (_, body, last, wait) => {
    const p = pipeline();
    chain(p, 100_000, body, wait);
    expect((await p.flow.run()).outcome('s99999').status).toBe(last);
  });
});

describe('K7 yielding', () => {
  /** How long the event loop had to wait, at most, when each step takes as long as `stepMs` says. */
  async function longestWait(steps: number, stepMs: (index: number) => number): Promise<number> {
    let now = 1_000;
    let turn = now;
    const waits: number[] = [];
    const clock: Clock = {
      now: () => now,
      monotonic: () => now,
      setTimer: () => fine,
      yield(resume) {
        waits.push(now - turn);
        turn = now;
        setImmediate(resume);
      },
    };
    const p = pipeline(clock);
    chain(p, steps, (index) => void (now += stepMs(index)));
    await p.flow.run();
    return Math.max(...waits, now - turn);
  }

  // The clock is read every half millisecond, or after every step that takes longer.
  test.each([0.1, 0.5, 1, 2, 5, 30])('K7 steps of %s ms let the event loop have its turn after 10 ms', async (stepMs) => {
    expect(await longestWait(500, () => stepMs)).toBeLessThan(10 + Math.max(stepMs, 0.5) + 0.001);
  });

  test('K7 when steps become slow, the event loop waits for at most 16 of them more', async () => {
    expect(await longestWait(2_000, (index) => (index % 700 < 600 ? 0.001 : 3))).toBeLessThanOrEqual(10 + 16 * 3);
  });
});
