import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Applied } from '../../src/define/apply.ts';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import type { Flow } from '../../src/define/flow.ts';
import type { FlowResult } from '../../src/define/run.ts';
import { createFlows } from '../../src/flows.ts';
import { settle } from '../../src/testing/settle.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtual-clock.ts';
import { decisions, pick, scripted } from '../kernel/draw.ts';
import { saved } from './controller.ts';
import { defineRandom } from './random-graph.ts';

interface Place {
  readonly flow: Flow<undefined>;
  readonly clock: VirtualClock;
  readonly calls: string[];
}

function place(numbers: readonly number[], clock: VirtualClock = virtualClock(0)): Place {
  const calls: string[] = [];
  const flow = createFlows({ clock, ids: () => 'r' }).registerFlow('x');
  defineRandom(flow, scripted(numbers), (what) => void calls.push(what));
  return { flow, clock, calls };
}

/** Of several items that fail, which one is the first is a matter of time: errors are not compared. */
function essence({ status, steps }: FlowResult): unknown {
  return [status, [...steps].map(([path, one]) => [path, one.status, one.status === 'succeeded' ? JSON.stringify(one.value, errorsAsWord) : ''])];
}

function errorsAsWord(_: string, value: unknown): unknown {
  return value instanceof Error ? 'error' : value;
}

async function whole(numbers: readonly number[]): Promise<readonly [end: unknown, calls: readonly string[]]> {
  const { flow, clock, calls } = place(numbers);
  const done = flow.run();
  let isOver = false;
  void done.then(() => (isOver = true));
  for (await settle(); !isOver; await settle()) if (!(await clock.advanceToNext())) throw new Error('the run does not end');
  return [essence(await done), calls];
}

const budgets = ['one', 'ready', 'all'] as const;

test('any flow that is applied with any budgets, with text between, ends like a run, and repeats nothing', async () => {
  await fc.assert(
    fc.asyncProperty(decisions, fc.infiniteStream(fc.constantFrom(...budgets)), async (numbers, drawn) => {
      const [expected, once] = await whole(numbers);
      const clock = virtualClock(0);
      const all: string[] = [];
      let snapshot: FlowSnapshot | null = null;
      for (let count = 0; count < 500; count++) {
        const { flow, calls } = place(numbers, clock); // another process
        const budget = drawn.next().value as (typeof budgets)[number];
        const one: Applied = await flow.apply(snapshot, { budget });
        if (budget === 'one') expect(calls.length).toBeLessThanOrEqual(1);
        expect(one.ran.length).toBe(calls.length);
        all.push(...calls);
        snapshot = saved(one.snapshot);
        if (one.status === 'waiting') await clock.advance(one.wakeAt! - clock.now());
        else if (one.status === 'running') expect(flow.possibleNext(snapshot)).not.toEqual([]);
        else {
          expect(essence(one.result!)).toEqual(expected);
          expect(flow.isCompleted(snapshot)).toBe(one.status === 'succeeded');
          const [here, there] = [all, once].map((calls) => calls.filter((what) => !what.startsWith('items')).sort()); // items are made again for those that are left
          if (there!.every((what) => !what.includes('broken'))) expect(here).toEqual(there); // else siblings may be stopped earlier or later
          else expect(new Set(here).size).toBe(here!.length);
          return;
        }
      }
      throw new Error('the applies do not end');
    }),
    { numRuns: 150 },
  );
});

test('an apply whose snapshot was lost is done again, and the run ends like one where nothing was lost', async () => {
  await fc.assert(
    fc.asyncProperty(decisions, fc.nat(1_000_000), async (numbers, seed) => {
      const [expected] = await whole(numbers);
      const clock = virtualClock(0);
      const draw = scripted(Array.from({ length: 1_000 }, (_, index) => (seed * (index + 7919)) % 10_007));
      let snapshot: FlowSnapshot | null = null;
      for (let count = 0; count < 500; count++) {
        const budget = pick(draw, budgets);
        if (draw(2) === 1) await place(numbers, clock).flow.apply(snapshot, { budget: pick(draw, budgets) }); // its process dies before it saves
        const one: Applied = await place(numbers, clock).flow.apply(snapshot, { budget });
        snapshot = saved(one.snapshot);
        if (one.status === 'waiting') await clock.advance(one.wakeAt! - clock.now());
        if (one.result === undefined) continue;
        expect(essence(one.result)).toEqual(expected);
        return;
      }
      throw new Error('the applies do not end');
    }),
    { numRuns: 100 },
  );
});

test('what an apply calls was told to be possible, as long as nothing has failed', async () => {
  await fc.assert(
    fc.asyncProperty(decisions, fc.constantFrom('one', 'ready'), async (numbers, budget) => {
      const { flow, clock } = place(numbers);
      let snapshot: FlowSnapshot | null = null;
      for (let count = 0; count < 500; count++) {
        const possible = flow.possibleNext(snapshot).map(({ path }) => path);
        const one: Applied = await flow.apply(snapshot, { budget });
        const isPossible = (path: string): boolean => possible.some((next) => path === next || path.startsWith(`${next}/`)); // or in an item that had to be listed first
        expect(one.ran.filter((path) => !isPossible(path))).toEqual([]);
        snapshot = saved(one.snapshot);
        expect(flow.cursor(snapshot)).not.toEqual([]);
        if (one.status === 'waiting') {
          await clock.advance(one.wakeAt! - clock.now());
          snapshot = saved((await flow.apply(snapshot, { budget: 'one' })).snapshot); // time has ended what was waited for
        }
        if (one.result !== undefined || JSON.stringify(snapshot).includes('"s":"failed"')) return; // a failure ends what is beside it
      }
      throw new Error('the applies do not end');
    }),
    { numRuns: 150 },
  );
});
