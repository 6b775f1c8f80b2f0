import { describe, expect, test } from 'vitest';
import type { RunOptions } from '../../src/index.ts';
import { FlowDefinitionError } from '../../src/errors.ts';
import { createFlows } from '../../src/flows.ts';
import { misfits } from '../../src/durable/fit.ts';
import { fold } from '../../src/durable/fold.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';
import { restoredOf } from '../../src/durable/restored-of.ts';
import { rowOf } from '../../src/durable/rows.ts';
import { RunCodec } from '../../src/durable/run-codec.ts';
import type { Snapshot } from '../../src/durable/snapshot.ts';
import { CompiledGraph } from '../../src/graph/flow-graph.ts';
import { compile } from '../../src/graph/compile.ts';
import { Plan } from '../../src/run/plan.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { build } from '../kernel/build.ts';
import { codeOf, type Definition } from '../kernel/definition.ts';
import { type Draw, pick, seeded } from '../kernel/draw.ts';
import { randomDefinition } from '../kernel/random-definition.ts';
import { edited, type Edit, edits } from './edits.ts';
import { illegal } from './legality.ts';

const definitions = 250;
const settings = { retry: undefined, timeoutMs: undefined, processTimeoutMs: undefined };
const codec = new RunCodec(jsonCodec());

/** Without exceptions: what they did is not recorded. */
function plainDefinition(draw: Draw): Definition {
  const { statements, deeds } = randomDefinition(draw, 10);
  return { statements: statements.map((line) => (line.do === 'cascade' ? { ...line, except: [] } : line)), deeds };
}

interface Running {
  readonly options?: RunOptions;
  /** How many rounds a step takes, and after how many of its calls the run is stopped. */
  readonly rounds?: (step: string) => number;
  readonly stopAt?: string;
  /** Whether it is recovered when it failed; then some of what failed succeeds. */
  readonly recover?: boolean;
}

/** The states after each row of a run of a definition. */
async function statesOf(definition: Definition, { options, rounds = () => 0, stopAt, recover = false }: Running = {}): Promise<readonly Snapshot[]> {
  const store = memoryStore();
  const flows = createFlows({ store, yieldAfter: '1h' });
  const flow = flows.registerFlow('random');
  const failures = new Map<string, number>();
  const finish = (step: string): string => {
    if (step === stopAt) run.stop('enough', { mode: 'drain' });
    const before = failures.get(step) ?? 0;
    failures.set(step, before + 1);
    if (definition.deeds.get(step) === 'fail' && !(recover && before > 0 && step.length % 2 === 0)) throw new Error(`${step} failed`);
    return step;
  };
  const bodyOf = (step: string) => (): string | Promise<string> => (rounds(step) === 0 ? finish(step) : later(rounds(step)).then(() => finish(step)));
  for (const [step, handle] of build(definition, flow, bodyOf)) {
    if (['skip', 'pass on'].includes(definition.deeds.get(step)!)) handle.when(() => false);
  }
  const run = flow.start(undefined, { runId: 'r', ...options });
  const { status } = await run.done;
  if (recover && status === 'failed') await (await flows.resume('r')).done;
  const rows = (await store.load('r'))!.rows.map((row) => rowOf(row));
  return rows.map((_, at) => fold(rows.slice(0, at + 1)));
}

async function later(rounds: number): Promise<void> {
  for (let left = rounds; left > 0; left--) await Promise.resolve();
}

/** What runs a definition; `undefined` if there is something wrong with it. */
function planned(definition: Definition): { readonly plan: Plan; readonly graph: CompiledGraph } | undefined {
  try {
    const [handle] = build(definition, createFlows().registerFlow('random'), () => () => undefined).values();
    if (handle === undefined) return undefined;
    const { flow } = handle.spec.process;
    const compiled = compile(flow, settings);
    return { plan: new Plan(compiled, flow), graph: new CompiledGraph(flow, compiled) };
  } catch (error) {
    if (error instanceof FlowDefinitionError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

/** What a recovery would take back is another matter. */
function unfinished({ ended: _, ...state }: Snapshot): Snapshot {
  return state;
}

function pathsIn(differences: readonly string[]): readonly string[] {
  return differences.map((difference) => difference.split("'")[1]!);
}

/** How often an edit was refused, of how often. */
async function compared(edit: Edit, seed: number): Promise<readonly [refused: number, all: number]> {
  const draw = seeded(seed);
  const definition = plainDefinition(draw);
  const old = planned(definition)!;
  const next = edited(draw, definition, edit);
  const made = planned(next);
  if (made === undefined) return [0, 0];
  let [refused, all] = [0, 0];
  for (const state of await statesOf(definition)) {
    const snapshot = unfinished(state);
    const { plan } = made;
    const restored = restoredOf(snapshot, plan, codec);
    const given = misfits({ recorded: snapshot, restored, next: snapshot, plan, planOf: () => plan, from: old.graph.toJSON() });
    const expected = illegal(next, snapshot, definition);
    const text = `seed ${seed}, ${edit}, row ${state.seq}\n${JSON.stringify(given)}\n${codeOf(definition)}\n---\n${codeOf(next)}\n${JSON.stringify(snapshot.paths)}`;
    expect(given.length > 0, text).toBe(expected.size > 0);
    for (const path of pathsIn(given)) expect(expected, text).toContain(path); // one that waits for a sibling may leave the order of processes to that
    all += 1;
    if (given.length > 0) refused += 1;
  }
  return [refused, all];
}

describe('R19: a recorded run fits a changed definition if it is the beginning of a run of it', () => {
  test.each(edits)('as a naive reading of the definition says: %s', async (edit) => {
    let [refused, all] = [0, 0];
    for (let seed = 1; seed <= definitions; seed++) {
      const [some, of] = await compared(edit, seed);
      refused += some;
      all += of;
    }
    expect(all).toBeGreaterThan(edit === 'change the kind' ? 100 : definitions);
    expect(refused).toBeLessThan(all);
    expect(refused).toBeGreaterThan(0);
  });

  test.each<[string, RunOptions]>([
    ['', {}],
    [' that ends at its first failure', { onFailure: 'fail-fast' }],
    [' in tiers', { schedule: 'tiers', onFailure: 'continue' }],
    [' in tiers that ends with the one that failed', { schedule: 'tiers' }],
    [' with a limit', { concurrency: 2 }],
    [' that is recovered', {}],
  ])('and every run%s fits its own definition, stopped or not', async (kind, options) => {
    const recover = kind.endsWith('recovered');
    for (let seed = 1; seed <= definitions; seed++) {
      const draw = seeded(seed);
      const definition = randomDefinition(draw, 10);
      const { plan, graph } = planned(definition)!;
      const rounds = new Map([...definition.deeds.keys()].map((step) => [step, draw(40)]));
      const stopAt = draw(3) === 0 ? pick(draw, [...definition.deeds.keys()]) : undefined;
      for (const state of await statesOf(definition, { options, recover, rounds: (step) => rounds.get(step) ?? 0, ...(stopAt !== undefined && { stopAt }) })) {
        const snapshot = unfinished(state);
        const restored = restoredOf(snapshot, plan, codec);
        const given = misfits({ recorded: snapshot, restored, next: snapshot, plan, planOf: () => plan, from: graph.toJSON() });
        expect(given, `seed ${seed}, row ${state.seq}, ${stopAt}\n${codeOf(definition)}\n${JSON.stringify(snapshot.paths)}`).toEqual([]);
      }
    }
  });
});
