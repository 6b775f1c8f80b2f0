import { describe, expect, test } from 'vitest';
import type { AppliedSignal } from '../../src/define/apply.ts';
import { budgets, effectsOf, type Life, life, lives, type Way } from './lives.ts';
import { endOf, expectSame, expectSameEnd } from './lost.ts';
import { signalScenarios } from './signal-flows.ts';

/** One after the other, from an apply on, or all with it. */
function handed(count: number, from: number, isAtOnce: boolean): NonNullable<Way['signals']> {
  const all = Array.from({ length: count }, (_, index): AppliedSignal => ({ to: 'go', payload: `value ${index}`, id: `signal ${index}` }));
  return (apply) => (isAtOnce ? (apply === from ? all : []) : all.slice(Math.max(apply - from, 0), Math.max(apply - from + 1, 0)));
}

/** The payloads of the signals that were taken. */
function takenIn(all: readonly Life[]): readonly string[] {
  return effectsOf(all).flatMap((effect) => / with (.*)$/.exec(effect)?.[1] ?? []).sort();
}

/** Their sender has heard nothing, although the snapshot was saved, and hands them over once more. */
async function expectOnce(way: Way, whole: readonly Life[]): Promise<void> {
  for (const [number, { at, text }] of whole.entries()) {
    const more = way.signals!(number - 1);
    if (more.length > 0) expect((await life(way, number, whole[number - 1]!.text, at, more)).text).toBe(text);
  }
}

describe.each(budgets)("signals with budget '%s'", (budget) => {
  test.each(signalScenarios)('come with any apply, before, at and after the wait, and any snapshot may be lost: $name', async (scenario) => {
    const { takes, endsAt = Infinity } = scenario;
    const { length } = await lives({ scenario, budget });
    const expected = endOf(await lives({ scenario, budget: 'all', signals: handed(takes, 0, true) }));
    const values = Array.from({ length: takes }, (_, index) => `value ${index}`);
    for (let from = 0; from <= length; from++) {
      for (const isAtOnce of takes === 1 ? [true] : [true, false]) {
        const way: Way = { scenario, budget, signals: handed(takes, from, isAtOnce) };
        const whole = await lives(way);
        const at = whole[from]?.at ?? Infinity;
        if (at === endsAt) continue; // at that very moment either may come first
        const isLate = at > endsAt;
        try {
          if (isAtOnce && !isLate) expect(endOf(whole)).toEqual(expected); // else which of them comes to which wait is a matter of time
          expect([whole.at(-1)!.status, takenIn(whole)]).toEqual(isLate ? ['failed', []] : ['succeeded', values]);
          await expectSame(way, whole);
          if (isAtOnce && (takes === 1 || from === 1)) await expectSameEnd(way, whole); // the rest takes long, and finds no more
          await expectOnce(way, whole);
        } catch (error) {
          throw new Error(`handed over ${isAtOnce ? 'at' : 'from'} apply ${from}: ${String(error)}`, { cause: error });
        }
      }
    }
  });
});
