import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Applied, AppliedSignal } from '../../src/define/apply.ts';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import type { FlowResult } from '../../src/define/run.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { settle } from '../../src/testing/settle.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtual-clock.ts';
import type { CompositeScenario } from '../durable/composite-world.ts';

export const budgets = ['one', 'ready', 'all'] as const;
export type Budget = (typeof budgets)[number];

/** How a run is advanced from text to text, each time by another process. */
export interface Way {
  readonly scenario: CompositeScenario;
  readonly budget: Budget;
  /** The signals that come with an apply, by its number. */
  readonly signals?: (apply: number) => readonly AppliedSignal[];
  /** Whether what is broken at first is still broken in an apply. Default: it never is */
  readonly isBroken?: (apply: number) => boolean;
  /** Whether nobody goes on with a run that has failed. Default: somebody does as long as something is broken */
  readonly untilEnd?: boolean;
}

/** What one apply came to. */
export interface Life {
  /** When it began. */
  readonly at: number;
  readonly status: Applied['status'];
  /** The snapshot that it returned. */
  readonly text: string;
  readonly effects: readonly string[];
  readonly result: FlowResult | undefined;
  /** When the next one begins. */
  readonly next: number;
}

const most = 200;

/** Applies once, in a process of its own. */
export async function life(way: Way, apply: number, text: string | undefined, at: number, more: readonly AppliedSignal[] = []): Promise<Life> {
  const { scenario, budget, signals = () => [], isBroken = () => false } = way;
  const clock = virtualClock(at);
  const effects: string[] = [];
  const flows = createFlows({ clock, random: () => 0.5, store: memoryStore() }); // nothing is kept there
  const flow = flows.registerFlow<number>('order');
  scenario.define(flow, (name) => void effects.push(name), { flows, isBroken: isBroken(apply), now: () => clock.now() });
  const options = { budget, signals: [...signals(apply), ...more] };
  const snapshot = text === undefined ? null : (JSON.parse(text) as FlowSnapshot); // what was written is what is read
  const applying = flow.apply(snapshot, { ...options, input: 3, ...(snapshot === null && { runId: 'r' }) });
  const { status, wakeAt, result, snapshot: then } = await over(applying, clock);
  return { at, status, text: JSON.stringify(then), effects, result, next: Math.max(clock.now(), wakeAt ?? 0) };
}

/** Lets time pass for the functions that an apply waits for. */
async function over(applying: Promise<Applied>, clock: VirtualClock): Promise<Applied> {
  let isOver = false;
  const settled = (): void => void (isOver = true);
  applying.then(settled, settled);
  await nextTurn(); // most are over by then
  while (!isOver) {
    await settle();
    if (!isOver && !(await clock.advanceToNext())) throw new Error('the apply does not end');
  }
  return applying;
}

/** Applies until the run has ended, or nothing comes any more that it waits for. */
export async function lives(way: Way, apply = 0, text?: string, at = 0): Promise<readonly Life[]> {
  const all: Life[] = [];
  let [last, now] = [text, at];
  for (let number = apply; number < most; number++) {
    const one = await life(way, number, last, now);
    all.push(one);
    const isStuck = one.status === 'waiting' && one.text === last && one.next === now;
    const isEnd = one.result !== undefined && (one.status === 'succeeded' || way.untilEnd === true || way.isBroken?.(number) !== true);
    if (isEnd || (isStuck && !isMore(way, number))) return all;
    [last, now] = [one.text, one.next];
  }
  throw new Error(`the run has not ended after ${most} applies`);
}

function isMore({ signals }: Way, after: number): boolean {
  if (signals === undefined) return false;
  for (let apply = after + 1; apply < most; apply++) if (signals(apply).length > 0) return true;
  return false;
}

export function effectsOf(all: readonly Life[]): readonly string[] {
  return all.flatMap(({ effects }) => effects);
}

/** What a run came to, without when. */
export function essenceOf({ status, steps }: FlowResult): unknown {
  return [
    status,
    [...steps].map(([path, outcome]) => {
      if (outcome.status === 'succeeded') return [path, outcome.status, JSON.stringify(outcome.value, (_, value: unknown) => wordsOf(value))];
      return [path, outcome.status, outcome.status === 'failed' ? wordsOf(outcome.error) : undefined];
    }),
  ];
}

function wordsOf(value: unknown): unknown {
  if (value instanceof Error) return [value.name, value.message];
  return typeof value === 'object' && value !== null && 'startedAt' in value ? undefined : value; // a crash takes time
}
