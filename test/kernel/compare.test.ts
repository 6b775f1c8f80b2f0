import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { templateOf } from './build.ts';
import { codeOf, type Definition, type Statement } from './definition.ts';
import { decisions, type Draw, rarely, scripted, seeded } from './draw.ts';
import { driveCalmly, randomOptions, WildDrive } from './drive.ts';
import { expectOracle, explained } from './expectations.ts';
import { oracle } from './oracle.ts';
import { randomDefinition } from './random-definition.ts';

/** How many random definitions each comparison takes; `MILLRACE_GRAPHS=200000` takes ten times as many. */
const graphs = Number(process.env['MILLRACE_GRAPHS'] ?? 20_000);
const firstSeed = Number(process.env['MILLRACE_SEED'] ?? 1);
const orders = 3;
const timeout = 20 * 60_000;

/** Definitions of 12 steps on average and up to 75, most of them small, so that the first one that fails is easy to read. */
function nth(seed: number): Definition {
  return randomDefinition(seeded(seed), 2 + (seed % 24) + (seed % 48 === 0 ? 40 : 0));
}

function calmly(seed: number | string, definition: Definition, draw: Draw): void {
  explained(seed, definition, () => {
    const template = templateOf(definition);
    for (let order = 0; order < orders; order++) {
      expectOracle(definition, template, driveCalmly(draw, template, definition.deeds, order === 0));
    }
  });
}

function wildly(seed: number | string, plain: Definition, draw: Draw): void {
  const processes = plain.statements.flatMap((line) => (line.do === 'process' && rarely(draw, 6) ? [line.process] : []));
  const limits = processes.map((process): Statement => ({ do: 'limit', process, limit: 1 + draw(3) }));
  const definition = { ...plain, statements: [...plain.statements, ...limits] };
  explained(seed, definition, () => {
    new WildDrive(draw, templateOf(definition), definition.deeds, randomOptions(draw)).run();
  });
}

describe('the kernel, its reference and the oracle', () => {
  test(`${graphs} definitions, ${orders} orders each: every event is the same to both, every end as the oracle says (K2b)`, { timeout }, () => {
    for (let seed = firstSeed; seed < firstSeed + graphs; seed++) calmly(seed, nth(seed), seeded(-seed));
  });

  test('limits, pauses, stops, retries and timers are the same to the kernel and its reference, and every run ends (K3)', { timeout }, () => {
    for (let seed = firstSeed; seed < firstSeed + graphs / 2; seed++) wildly(seed, nth(seed), seeded(-seed));
  });

  test('small counterexamples: the same comparisons, shrunk by fast-check', { timeout }, () => {
    const small = fc.property(decisions, decisions, (shape, order) => {
      const definition = randomDefinition(scripted(shape), 10);
      calmly('of fast-check', definition, scripted(order));
      wildly('of fast-check', definition, scripted(order));
    });
    fc.assert(small, { numRuns: Math.min(graphs, 400), seed: firstSeed });
  });
});

describe('random definitions', () => {
  test('the same seed makes the same definition, and its code says all of it', () => {
    expect(codeOf(nth(7))).toBe(codeOf(nth(7)));
    expect(codeOf(randomDefinition(scripted([]), 5))).toBe("const p0 = flow.process('p0');\nconst s0 = p0.customStep(f.s0, 's0');\n// all succeed");
  });

  test('every kind of line, timing and ending occurs often', () => {
    const counts = new Map<string, number>();
    const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
    for (let seed = 1; seed <= 500; seed++) {
      const definition = nth(seed);
      for (const line of definition.statements) count(line.do);
      for (const { ending } of oracle(definition).values()) count(ending);
      for (const kind of codeOf(definition).matchAll(/settled|failed|anyOf|optional|, f\.|, '/g)) count(`timing ${kind[0]}`);
    }
    expect([...counts.keys()]).toHaveLength(23);
    expect(Math.min(...counts.values())).toBeGreaterThan(50);
  });
});
