import { expect, test } from 'vitest';
import { simulateBodies } from './simulation/bodies/simulate.ts';
import type { Figures } from './simulation/simulate.ts';

/** How many random definitions are run; `node test/durable/simulate.mjs 50000 --bodies` takes more. */
const runs = Number(process.env['MILLRACE_RUNS'] ?? 500);
const firstSeed = Number(process.env['MILLRACE_SEED'] ?? 1);

test(`${runs} random runs with composite steps crash anywhere, go on from their text, and end as they would have`, { timeout: 60 * 60_000 }, async () => {
  const figures: Figures = { crashes: 0, recoveries: 0, rows: 0, compared: 0 };
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) await simulateBodies(seed, figures);
  if (runs > 2_000) console.log(`${runs} definitions: ${JSON.stringify(figures)}`);
  expect(figures.crashes).toBeGreaterThan(runs);
});
