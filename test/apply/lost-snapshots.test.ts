import { describe, expect, test } from 'vitest';
import { compositeScenarios } from '../durable/composite-scenarios.ts';
import { budgets, lives, type Way } from './lives.ts';
import { endOf, expectSame, expectSameEnd } from './lost.ts';

describe.each(budgets)("with budget '%s'", (budget) => {
  test.each(compositeScenarios)('a run of which any snapshot was lost ends as if none had been: $name', async (scenario) => {
    const way: Way = { scenario, budget };
    const whole = await lives(way);
    await expectSame(way, whole);
    await expectSameEnd(way, whole);
  });

  test.each(compositeScenarios.filter(({ heals }) => heals))('so does one that fails until somebody mends it: $name', async (scenario) => {
    const mended = await lives({ scenario, budget });
    const broken = await lives({ scenario, budget, isBroken: () => true, untilEnd: true });
    expect(broken.at(-1)!.status).toBe('failed');
    const way: Way = { scenario, budget, isBroken: (apply) => apply < broken.length };
    const whole = await lives(way);
    expect(endOf(whole)).toEqual(endOf(mended));
    await expectSame(way, whole);
    await expectSameEnd(way, whole);
  });
});
