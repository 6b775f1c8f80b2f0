import { describe, expect, test } from 'vitest';
import { createFlows } from '../../src/flows.ts';
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

  constructor(scenario: CompositeScenario, store: Store, owner: string, at: number) {
    this.clock = virtualClock(at);
    this.flows = createFlows({ store, owner, clock: this.clock, random: () => 0.5 });
    this.flows.onInternalError(({ error }) => void this.problems.push(error));
    scenario.define(this.flows.registerFlow<number>('order'), (path) => void this.effects.push(path), this.flows);
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
        const done = new Set(entries.flatMap((entry) => (entry.t === 'succeeded' ? [`${runId}/${entry.p}`] : [])));
        for (const effect of process.effects) expect(done.has(effect) && !effect.includes('tried'), effect).toBe(false);
        for (const effect of new Set(first.effects)) expect([...done, ...process.effects, ...first.effects.filter((one) => one.includes('ask') || one.includes('fail'))].some((one) => one === effect || done.has(effect.slice(0, effect.lastIndexOf('/')))), effect).toBe(true);
      } catch (error) {
        throw new Error(`after ${cut.name}: ${error instanceof Error ? error.message : String(error)}\n${entries.map((entry) => JSON.stringify(entry)).join('\n')}`, { cause: error });
      }
    }
  });
});
