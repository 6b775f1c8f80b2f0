import { describe, expect, test } from 'vitest';
import { createFlows } from '../../src/flows.ts';
import type { Entry, Row } from '../../src/durable/entry.ts';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Store, StoredRow } from '../../src/durable/store.ts';
import type { FlowResult } from '../../src/index.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { settle } from '../../src/testing/settle.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtual-clock.ts';
import { type CompositeScenario, compositeScenarios } from './composite-scenarios.ts';
import { cutsOf, entriesOf, storeOf } from './cuts.ts';
import { problemsOfEnds } from './ends.ts';

const runId = 'r';

class Process {
  readonly effects: string[] = [];
  readonly problems: unknown[] = [];
  readonly clock: VirtualClock;
  readonly flows: DurableFlows;

  /** @param told - is told of each effect, by its number from 1 */
  constructor(scenario: CompositeScenario, store: Store, owner: string, at: number, told: (count: number) => void = () => undefined) {
    this.clock = virtualClock(at);
    this.flows = createFlows({ store, owner, clock: this.clock, random: () => 0.5 });
    this.flows.onInternalError(({ stage, error }) => void (stage !== 'late-step' && this.problems.push(error)));
    scenario.define(this.flows.registerFlow<number>('order'), (path) => told(this.effects.push(path)), this.flows);
  }

  async over(done: Promise<FlowResult>): Promise<FlowResult> {
    let isOver = false;
    const settled = (): void => void (isOver = true);
    done.then(settled, settled);
    for (let moves = 0; moves < 400; moves += 1) {
      await settle();
      if (isOver) return done;
      if (!(await this.clock.advanceToNext())) break;
    }
    throw new Error('the run does not end');
  }
}

function wordsOf(value: unknown): unknown {
  if (value instanceof Error) return [value.name, value.message];
  if (typeof value === 'object' && value !== null && 'startedAt' in value) return undefined; // a crash takes time
  return value;
}

function essenceOf({ status, steps }: FlowResult): unknown {
  return {
    status,
    steps: [...steps].map(([path, outcome]) => {
      if (outcome.status === 'succeeded') return [path, outcome.status, JSON.stringify(outcome.value, (_, value: unknown) => wordsOf(value))];
      return [path, outcome.status, outcome.status === 'failed' ? wordsOf(outcome.error) : undefined];
    }),
  };
}

interface Finished {
  readonly process: Process;
  readonly result: FlowResult;
  readonly rows: readonly StoredRow[];
}

async function finished(process: Process, store: Store, done: Promise<FlowResult>): Promise<Finished> {
  const result = await process.over(done);
  await process.flows.idle();
  expect(process.problems).toEqual([]);
  return { process, result, rows: (await store.load(runId))!.rows };
}

const ends: ReadonlySet<Entry['t']> = new Set(['succeeded', 'failed']);

/** How often the journal says of each function that it was called, by the words of its effect. */
function callsIn(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  for (const entry of entries) {
    if (!ends.has(entry.t) || !('p' in entry)) continue;
    const effect = `${runId}/${entry.p}`.replaceAll(/tried#\d+/g, 'tried');
    calls.set(effect, (calls.get(effect) ?? 0) + 1);
  }
  return calls;
}

/** The entries of what is inside of a composite step that was not said to be at work before. */
function orphansIn(facts: readonly Row[]): readonly string[] {
  const open = new Set<string>();
  const orphans: string[] = [];
  for (const entry of entriesOf(facts)) {
    if (!('p' in entry)) continue;
    const outer = entry.p.replace(/^([^/]+\/[^/#]+).*$/, '$1');
    if (outer !== entry.p && !open.has(outer)) orphans.push(`${entry.t} ${entry.p}`);
    if (entry.t === 'started' && entry.x === 1) open.add(entry.p);
    else if (entry.t === 'succeeded') open.delete(entry.p);
  }
  return orphans;
}

function countOf(effects: readonly string[], effect: string): number {
  return effects.filter((one) => one === effect).length;
}

describe.each(compositeScenarios)('a crash anywhere in $name', (scenario) => {
  test('ends as if there had been none, and repeats nothing that is recorded', async () => {
    const store = memoryStore();
    const first = new Process(scenario, store, 'one', 0);
    const whole = await finished(first, store, first.flows.get('order')!.start(3, { runId }).done);
    expect(problemsOfEnds(cutsOf(whole.rows).at(-1)!.facts)).toEqual([]);
    const expected = essenceOf(whole.result);
    for (const cut of cutsOf(whole.rows)) {
      const entries = entriesOf(cut.facts);
      if (entries.at(-1)!.t === 'ended') continue;
      try {
        const other = await storeOf(runId, cut.rows);
        const process = new Process(scenario, other, 'two', cut.rows.at(-1)!.at + 1);
        const [run] = await process.flows.recover();
        const again = await finished(process, other, run!.done);
        expect(essenceOf(again.result)).toEqual(expected);
        expect(essenceOf((await process.flows.result(runId))!)).toEqual(expected);
        expect(problemsOfEnds(cutsOf(again.rows).at(-1)!.facts)).toEqual([]);
        const done = callsIn(entries);
        for (const effect of new Set(first.effects)) {
          const now = countOf(process.effects, effect);
          if (!effect.includes('ask')) expect({ effect, now }).toEqual({ effect, now: countOf(first.effects, effect) - (done.get(effect) ?? 0) });
        }
        expect(orphansIn(cutsOf(again.rows).at(-1)!.facts)).toEqual([]);
      } catch (error) {
        throw new Error(`after ${cut.name}: ${error instanceof Error ? error.message : String(error)}\n${entries.map((entry) => JSON.stringify(entry)).join('\n')}`, { cause: error });
      }
    }
  });
});

describe.each(compositeScenarios)('a stop anywhere in $name', (scenario) => {
  test.each(['drain', 'abort'] as const)('in mode %s leaves what can be recovered, also after a crash, and then ends as if there had been none', async (mode) => {
    const whole = memoryStore();
    const first = new Process(scenario, whole, 'one', 0);
    const { result } = await finished(first, whole, first.flows.get('order')!.start(3, { runId }).done);
    const expected = essenceOf(result);
    for (let at = 1; at <= first.effects.length; at++) {
      const store = memoryStore();
      const process = new Process(scenario, store, 'one', 0, (count) => count === at && run.stop('enough', { mode }));
      const run = process.flows.get('order')!.start(3, { runId });
      const stopped = await finished(process, store, run.done);
      const facts = cutsOf(stopped.rows).at(-1)!.facts;
      const text = (): string => entriesOf(facts).map((entry) => JSON.stringify(entry)).join('\n');
      expect(problemsOfEnds(facts), text()).toEqual([]);
      if (stopped.result.status === result.status) continue;
      for (const cut of cutsOf(stopped.rows)) {
        try {
          await goesOn(scenario, cut.rows, expected, result.status);
        } catch (error) {
          throw new Error(`stopped at effect ${at}, after ${cut.name}: ${error instanceof Error ? error.message : String(error)}\n${text()}`, { cause: error });
        }
      }
    }
  });
});

/** Goes on with what is recorded of a run until it is neither stopped nor at work. */
async function goesOn(scenario: CompositeScenario, rows: readonly StoredRow[], expected: unknown, status: string): Promise<void> {
  let last: readonly StoredRow[] = rows;
  for (let life = 2; ; life++) {
    const store = await storeOf(runId, last);
    const process = new Process(scenario, store, `owner ${life}`, last.at(-1)!.at + 1);
    const run = await process.flows.resume(runId);
    const again = await finished(process, store, run.done);
    expect(problemsOfEnds(cutsOf(again.rows).at(-1)!.facts)).toEqual([]);
    last = again.rows;
    if (again.result.status !== 'stopped' || life > 3) {
      expect(again.result.status).toBe(status);
      expect(essenceOf(again.result)).toEqual(expected);
      return;
    }
  }
}
