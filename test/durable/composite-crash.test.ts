import { describe, expect, test } from 'vitest';
import { createFlows } from '../../src/flows.ts';
import type { Entry, Path, Row } from '../../src/durable/entry.ts';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Store, StoredRow } from '../../src/durable/store.ts';
import type { FlowResult } from '../../src/index.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { settle } from '../../src/testing/settle.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtual-clock.ts';
import { compositeScenarios } from './composite-scenarios.ts';
import type { CompositeScenario } from './composite-world.ts';
import { cutsOf, entriesOf, storeOf } from './cuts.ts';
import { problemsOfEnds } from './ends.ts';

const runId = 'r';

class Process {
  readonly effects: string[] = [];
  readonly problems: unknown[] = [];
  readonly clock: VirtualClock;
  readonly flows: DurableFlows;

  /** @param told - is told of each effect, by its number from 1 */
  constructor(
    scenario: CompositeScenario,
    store: Store,
    owner: string,
    at: number,
    told: (count: number) => void = () => undefined,
    isBroken = scenario.heals === true,
  ) {
    this.clock = virtualClock(at);
    this.flows = createFlows({ store, owner, clock: this.clock, random: () => 0.5 });
    this.flows.onInternalError(({ stage, error }) => void (stage !== 'late-step' && stage !== 'callback' && this.problems.push(error)));
    scenario.define(this.flows.registerFlow<number>('order'), (name) => told(this.effects.push(name)), { flows: this.flows, isBroken, now: () => this.clock.now() });
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

const ends: ReadonlySet<Entry['t']> = new Set(['returned', 'retrying', 'succeeded', 'failed', 'stopped']);

/** How often the journal says of each function that it was called and ended, by the words of its effect. */
function callsIn(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  const returned = new Set<Path>();
  for (const entry of entries) {
    if (!ends.has(entry.t) || !('p' in entry)) continue;
    const isKnown = entry.t !== 'returned' && returned.delete(entry.p);
    if (entry.t === 'returned') returned.add(entry.p);
    const effect = `${runId}/${entry.p}`.replaceAll(/tried(?: by hand| once)?#\d+/g, (one) => one.replace(/#\d+/, ''));
    if (!isKnown) calls.set(effect, (calls.get(effect) ?? 0) + 1);
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

/**
 * Says which functions were called too often, or not at all, by a process that went on with a run: a function whose end is recorded is not
 * called again, nothing is called more than once more than in a run without a crash, and nothing is left out.
 *
 * @param before - what was called until the crash
 */
function problemsOfCalls(whole: readonly string[], before: readonly string[], now: readonly string[], entries: readonly Entry[]): readonly string[] {
  const ended = callsIn(entries);
  return [...new Set([...whole, ...now])].flatMap((effect) => {
    if (effect.startsWith('~')) return [];
    const [all, calls] = [countOf(whole, effect), countOf(now, effect)];
    const total = countOf(before, effect) + calls;
    if (effect.startsWith(`${runId}/`) && calls !== all - (ended.get(effect) ?? 0)) return [`'${effect}' is called ${calls} times of ${all}, and had ended ${ended.get(effect) ?? 0} times`];
    return total < all || total > all + 1 ? [`'${effect}' is called ${total} times instead of ${all}`] : [];
  });
}

/** A store that notes how much had been called when each row arrived. */
function noted(store: Store, process: () => Process): { readonly store: Store; readonly before: ReadonlyMap<number, number> } {
  const before = new Map<number, number>();
  const append: Store['append'] = (batch) => {
    for (const { row } of batch) before.set(row.seq, process().effects.length);
    return store.append(batch);
  };
  const get = (target: Store, name: string | symbol): unknown => {
    const method: unknown = name === 'append' ? append : Reflect.get(target, name);
    return typeof method === 'function' ? (method.bind(target) as unknown) : method;
  };
  return { before, store: new Proxy(store, { get }) };
}

function textOf(entries: readonly Entry[]): string {
  return entries.map((entry) => JSON.stringify(entry, (key, value: unknown) => (key === 'e' ? undefined : value))).join('\n');
}

/** An error that shows the journal, without the errors in it. */
function explained(error: unknown, where: string, entries: readonly Entry[]): Error {
  return new Error(`${where}: ${error instanceof Error ? error.message : String(error)}\n${textOf(entries)}`, { cause: error });
}

describe.each(compositeScenarios)('a crash anywhere in $name', (scenario) => {
  test('ends as if there had been none, and repeats nothing that is recorded', async () => {
    const kept = memoryStore();
    const { store, before } = noted(kept, () => first);
    const first: Process = new Process(scenario, store, 'one', 0);
    const whole = await finished(first, kept, first.flows.get('order')!.start(3, { runId }).done);
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
        expect(problemsOfCalls(first.effects, first.effects.slice(0, before.get(cut.rows.at(-1)!.seq) ?? 0), process.effects, entries)).toEqual([]);
        expect(orphansIn(cutsOf(again.rows).at(-1)!.facts)).toEqual([]);
      } catch (error) {
        throw explained(error, `after ${cut.name}`, entries);
      }
    }
  });
});

describe.each(compositeScenarios.filter(({ heals }) => heals))('a recovery anywhere in $name', (scenario) => {
  test('ends as if nothing had ever been broken, also when it is interrupted itself', async () => {
    const healed = memoryStore();
    const well = new Process(scenario, healed, 'one', 0, undefined, false);
    const { result } = await finished(well, healed, well.flows.get('order')!.start(3, { runId }).done);
    expect(result.status).toBe('succeeded');
    const expected = essenceOf(result);
    const broken = memoryStore();
    const first = new Process(scenario, broken, 'one', 0);
    const whole = await finished(first, broken, first.flows.get('order')!.start(3, { runId }).done);
    expect(whole.result.status).toBe('failed');
    let last: readonly StoredRow[] = [];
    for (const cut of cutsOf(whole.rows)) {
      try {
        last = await goesOn(scenario, cut.rows, expected, 'succeeded');
      } catch (error) {
        throw explained(error, `after ${cut.name}`, entriesOf(cut.facts));
      }
    }
    for (const cut of cutsOf(last)) {
      if (cut.rows.length <= whole.rows.length || entriesOf(cut.facts).at(-1)!.t === 'ended') continue;
      try {
        await goesOn(scenario, cut.rows, expected, 'succeeded');
      } catch (error) {
        throw explained(error, `recovered, after ${cut.name}`, entriesOf(cut.facts));
      }
    }
  });
});

describe.each(compositeScenarios.filter(({ heals }) => !heals))('a stop anywhere in $name', (scenario) => {
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
      expect(problemsOfEnds(facts), textOf(entriesOf(facts))).toEqual([]);
      if (stopped.result.status === result.status) continue;
      for (const cut of cutsOf(stopped.rows)) {
        if (!entriesOf(cut.facts).some(({ t }) => t === 'latched')) continue; // a crash before the stop is one like others
        try {
          await goesOn(scenario, cut.rows, expected, result.status);
        } catch (error) {
          throw explained(error, `stopped at effect ${at}, after ${cut.name}`, entriesOf(facts));
        }
      }
    }
  });
});

/** Goes on, with everything mended, with what is recorded of a run until it is neither stopped nor at work. Returns what is recorded then. */
async function goesOn(scenario: CompositeScenario, rows: readonly StoredRow[], expected: unknown, status: string): Promise<readonly StoredRow[]> {
  let last: readonly StoredRow[] = rows;
  for (let life = 2; ; life++) {
    const store = await storeOf(runId, last);
    const process = new Process(scenario, store, `owner ${life}`, last.at(-1)!.at + 1, undefined, false);
    const run = await process.flows.resume(runId);
    const again = await finished(process, store, run.done);
    expect(problemsOfEnds(cutsOf(again.rows).at(-1)!.facts)).toEqual([]);
    last = again.rows;
    if (life <= 3 && (again.result.status === 'stopped' || JSON.stringify(essenceOf(again.result)) !== JSON.stringify(expected))) continue;
    expect(again.result.status).toBe(status);
    expect(essenceOf(again.result)).toEqual(expected);
    return last;
  }
}
