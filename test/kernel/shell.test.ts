import { createFlows, type Flow, type Outcome, type RunEvent } from 'millrace';
import { virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { build } from './build.ts';
import { codeOf, type Deed, type Definition } from './definition.ts';
import { seeded } from './draw.ts';
import { oracle } from './oracle.ts';
import { randomDefinition } from './random-definition.ts';

const graphs = Math.ceil(Number(process.env['MILLRACE_GRAPHS'] ?? 20_000) / 20);
const firstSeed = Number(process.env['MILLRACE_SEED'] ?? 1);

/** Whether a skip takes the dependents along is said by the definition alone. */
function nth(seed: number): Definition {
  const { statements, deeds } = randomDefinition(seeded(seed), 2 + (seed % 12));
  const cascading = new Set(statements.flatMap((line) => (line.do === 'cascade' ? [line.step] : [])));
  const told = [...deeds].map(([step, deed]): [string, Deed] => [step, deed === 'skip' || deed === 'pass on' ? (cascading.has(step) ? 'pass on' : 'skip') : deed]);
  return { statements, deeds: new Map(told) };
}

/** Steps that end at once or after some turns of the microtask queue, and say when they started and ended. */
function bodies(seed: number, definition: Definition, log: string[]): (step: string) => () => unknown {
  const draw = seeded(seed);
  return (step) => {
    const turns = draw(6);
    const end = (): string => {
      log.push(`${step} ends`);
      if (definition.deeds.get(step) === 'fail') throw new Error(`${step} fails`);
      return `value of ${step}`;
    };
    return () => {
      log.push(`${step} starts`);
      return turns === 0 ? end() : later(turns, end);
    };
  };
}

async function later(turns: number, end: () => string): Promise<string> {
  for (let left = turns; left > 0; left--) await Promise.resolve();
  return end();
}

interface Ran {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly log: readonly string[];
  readonly events: readonly RunEvent[];
}

async function run(seed: number, order: number, listening: boolean): Promise<Ran> {
  const log: string[] = [];
  const events: RunEvent[] = [];
  const flow: Flow = createFlows({ clock: virtualClock(), ids: () => 'r' }).registerFlow('random');
  const { deeds } = nth(seed);
  for (const [step, handle] of build(nth(seed), flow, bodies(order, nth(seed), log))) {
    if (deeds.get(step) === 'skip' || deeds.get(step) === 'pass on') handle.when(() => false);
  }
  const started = flow.start();
  if (listening) started.on('*', (event) => events.push(event));
  const result = await started.done;
  return { outcomes: new Map([...result.steps].map(([path, outcome]) => [path.slice(path.indexOf('/') + 1), outcome])), log, events };
}

function statusOf(outcome: Outcome): string {
  return outcome.status === 'skipped' ? (outcome.reason.kind === 'branch' ? 'not-taken' : 'skipped') : outcome.status;
}

describe('real runs of random definitions', () => {
  test(`${graphs} definitions end as the oracle says, whatever order their steps end in, and start each step once at most`, { timeout: 300_000 }, async () => {
    for (let seed = firstSeed; seed < firstSeed + graphs; seed++) {
      const expected = [...oracle(nth(seed))].map(([step, { ending }]) => `${step} ${ending === 'passed-on' ? 'skipped' : ending}`).sort();
      for (const order of [1, 2]) {
        const { outcomes, log } = await run(seed, order, false);
        const ended = [...outcomes].map(([step, outcome]) => `${step} ${statusOf(outcome)}`).sort();
        expect(ended, `seed ${seed}\n${codeOf(nth(seed))}`).toEqual(expected);
        const ran = [...outcomes].filter(([, { status }]) => status === 'succeeded' || status === 'failed');
        expect([...log].sort()).toEqual(ran.flatMap(([step]) => [`${step} starts`, `${step} ends`]).sort());
      }
    }
  });

  test('the same bodies give the same starts, ends, events and outcomes, and a listener changes none of them (K2, K8)', { timeout: 300_000 }, async () => {
    for (let seed = firstSeed; seed < firstSeed + graphs / 4; seed++) {
      const [first, again, unheard] = [await run(seed, 1, true), await run(seed, 1, true), await run(seed, 1, false)];
      expect(again, `seed ${seed}\n${codeOf(nth(seed))}`).toEqual(first);
      expect(unheard.log, `seed ${seed}\n${codeOf(nth(seed))}`).toEqual(first.log);
      expect(unheard.outcomes).toEqual(first.outcomes);
    }
  });
});
