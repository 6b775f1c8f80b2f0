import type { FlowResult } from 'millrace';
import { settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import type { Entry, Path } from '../../src/durable/entry.ts';
import { createFlows } from '../../src/flows.ts';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Store, StoredRow } from '../../src/durable/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { type Cut, cutsOf, entriesOf, storeOf } from './cuts.ts';
import { problemsOfEnds } from './ends.ts';
import { type Scenario, scenarios } from './scenarios.ts';

const runId = 'order-1';
const dayMs = 24 * 60 * 60_000;

/** A process: a registry of its own, and what it did to the world. */
class Process {
  readonly effects: string[] = [];
  readonly problems: unknown[] = [];
  readonly clock: VirtualClock;
  readonly flows: DurableFlows;

  constructor(scenario: Scenario, store: Store, owner: string, at: number) {
    this.clock = virtualClock(at);
    this.flows = createFlows({ store, owner, clock: this.clock, random: () => 0.5 });
    this.flows.onInternalError(({ stage, error }) => void (stage !== 'callback' && stage !== 'condition' && this.problems.push(error)));
    scenario.define(this.flows.registerFlow<number>('order'), { effect: (name) => void this.effects.push(name) }, this.flows);
  }

  /** Waits for a run; while nothing else happens, time passes. */
  async over(done: Promise<FlowResult>): Promise<FlowResult> {
    let isOver = false;
    const settled = (): void => void (isOver = true);
    done.then(settled, settled);
    for (let moves = 0; moves < 200; moves += 1) {
      await settle();
      if (isOver) return done;
      if (!(await this.clock.advanceToNext())) break;
    }
    throw new Error('the run does not end');
  }
}

interface Finished {
  readonly process: Process;
  readonly result: FlowResult;
  readonly rows: readonly StoredRow[];
}

async function uninterrupted(scenario: Scenario): Promise<Finished> {
  const store = memoryStore();
  const process = new Process(scenario, store, 'one', 0);
  const flow = process.flows.get('order')!;
  const run = flow.start(3 as never, { runId, ...scenario.options });
  scenario.meddle?.(run);
  const result = await process.over(run.done);
  await process.flows.idle();
  return { process, result, rows: (await store.load(runId))!.rows };
}

/** A new process takes the run over and brings it to its end. */
async function resumed(scenario: Scenario, rows: readonly StoredRow[], owner: string): Promise<Finished> {
  const store = await storeOf(runId, rows);
  const process = new Process(scenario, store, owner, rows.at(-1)!.at + dayMs);
  const [run] = await process.flows.recover();
  scenario.comeBack?.(run!);
  const result = await process.over(run!.done);
  await process.flows.idle();
  expect(process.problems).toEqual([]);
  return { process, result, rows: (await store.load(runId))!.rows };
}

/** What can be compared of a result: errors by their words, values as they are. */
function essenceOf({ status, steps, errors }: FlowResult, races: readonly string[] = []): unknown {
  const outcomes = [...steps].map(([path, outcome]) => {
    if (outcome.status === 'succeeded') return [path, outcome.status, races.includes(path) ? undefined : outcome.value];
    if (outcome.status === 'failed') return [path, outcome.status, wordsOf(outcome.error)];
    if (outcome.status === 'cancelled') return [path, outcome.status, outcome.because];
    if (outcome.status === 'stopped') return [path, outcome.status, wordsOf(outcome.reason)];
    const { reason } = outcome;
    return [path, outcome.status, reason.kind, reason.kind === 'branch' ? reason.because : reason.kind === 'condition' ? wordsOf(reason.error) : undefined];
  });
  return { status, outcomes, errors: errors.map(({ path, error }) => [path, wordsOf(error)]) };
}

function wordsOf(error: unknown): unknown {
  return error instanceof Error ? [error.name, error.message, wordsOf(error.cause)] : error;
}

const ends = new Set<Entry['t']>(['returned', 'succeeded', 'failed', 'skipped', 'stopped']);

/** The steps whose function nobody may call any more. */
function recorded(cut: Cut): ReadonlySet<Path> {
  const entries = entriesOf(cut.facts);
  return new Set(entries.flatMap((entry) => ('p' in entry && ends.has(entry.t) ? [entry.p] : [])));
}

function openIn(cut: Cut): ReadonlySet<Path> {
  const done = recorded(cut);
  return new Set(entriesOf(cut.facts).flatMap((entry) => (entry.t === 'started' && !done.has(entry.p) ? [entry.p] : [])));
}

function countOf(effects: readonly string[], path: Path): number {
  return effects.filter((effect) => effect === path.slice(path.lastIndexOf('/') + 1)).length;
}

describe.each(scenarios)('a crash anywhere in $name', (scenario) => {
  test('ends as if there had been none', async () => {
    const whole = await uninterrupted(scenario);
    const expected = essenceOf(whole.result, scenario.races);
    expect(problemsOfEnds(cutsOf(whole.rows).at(-1)!.facts)).toEqual([]);
    for (const cut of cutsOf(whole.rows)) {
      if (cut.facts.at(-1)!.entries.at(-1)!.t === 'ended') continue;
      try {
        const { process, result, rows } = await resumed(scenario, cut.rows, 'two');
        if (scenario.meddle === undefined) expect(essenceOf(result, scenario.races)).toEqual(expected);
        expect(essenceOf((await process.flows.result(runId))!)).toEqual(essenceOf(result));
        const [done, open] = [recorded(cut), openIn(cut)];
        for (const path of whole.result.steps.keys()) {
          const [once, again] = [countOf(whole.process.effects, path), countOf(process.effects, path)];
          if (done.has(path)) expect({ path, again }).toEqual({ path, again: 0 });
          else if (!open.has(path) && scenario.meddle === undefined) expect({ path, again }).toEqual({ path, again: once });
          else expect(again, path).toBeLessThanOrEqual(Math.max(1, once));
        }
        expect(problemsOfEnds(cutsOf(rows).at(-1)!.facts)).toEqual([]);
      } catch (error) {
        throw new Error(`after ${cut.name}: ${error instanceof Error ? error.message : String(error)}\n${JSON.stringify(entriesOf(cut.facts), undefined, 1)}`, { cause: error });
      }
    }
  });
});
