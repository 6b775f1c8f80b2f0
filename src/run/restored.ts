import type { WorkedOutcome } from '../define/callbacks.ts';
import type { StepFailure } from '../define/run.ts';
import type { Level } from '../graph/chains.ts';
import type { ResourceRecord } from './attachment.ts';
import type { Latch } from './kernel/latches.ts';
import { type Past, pastAt } from './kernel/recall.ts';
import type { Plan } from './plan.ts';

/** Where a chain of callbacks goes on: the number of a callback, from 1, in one level. Later levels run from their first one. */
export interface Position {
  readonly level: Level['name'];
  readonly order: number;
}

/** How a node goes on that was at work when its run was interrupted, or that failed or was stopped before the run was recovered. */
export interface Reopening {
  /** Whether its conditions and the callbacks before its work are through. */
  readonly begun: boolean;
  /** Where its callbacks go on, before its work or after it. */
  readonly from: Position | undefined;
  /** How its work ended, if that is recorded: then only callbacks after it are left. */
  readonly end: WorkedOutcome | undefined;
  /** What it set before the run was recovered. It is its own, and nobody sees it unless it is at work again. */
  readonly writes: readonly RestoredWrite[];
}

/** What a node set under keys: plain texts, or typed keys by their names. */
export interface RestoredWrite {
  readonly name: string;
  readonly isTyped: boolean;
  readonly value: unknown;
}

/** What is recorded of a composite step at work. */
export interface PastWork {
  /** Since when it is at work, in milliseconds since the epoch. */
  readonly since: number;
  /** What it has decided: which branch, or the input of a flow that it calls. */
  readonly decided: { readonly value: unknown } | undefined;
  /** The number of the run of its body that is at work or comes next. */
  readonly index: number;
  /** The number of the run with which its attempts began, since the last recovery. */
  readonly first: number;
  /** When that run begins, if it is not at once. */
  readonly at: number | undefined;
  /** The items whose keys are known, and whether these are all. */
  readonly keys: readonly string[];
  readonly items: readonly unknown[] | undefined;
  readonly isExpanded: boolean;
  /** How items have ended, by key. */
  readonly ends: ReadonlyMap<string, WorkedOutcome>;
  /** What failed in items that failed, by key. */
  readonly failures?: ReadonlyMap<string, readonly StepFailure[]> | undefined;
  /** Until when it waits, if that was recorded. */
  readonly until: number | undefined;
}

/** A recorded run, ready to go on. */
export interface Restored {
  readonly input: unknown;
  readonly startedAt: number;
  /** When the last thing happened in it that is recorded, of a body or of a flow that is called. */
  readonly lastAt?: number | undefined;
  readonly past: Past;
  /** What nodes set that were not reset. */
  readonly writes: ReadonlyMap<number, readonly RestoredWrite[]>;
  readonly reopenings: ReadonlyMap<number, Reopening>;
  /** Since when the time of the flow and its processes runs: since the start of the run, or its last recovery. */
  readonly timedFrom: number;
  /** How many attempts of nodes were lost with the process that made them. */
  readonly crashes: ReadonlyMap<number, number>;
  readonly latches: readonly { readonly region: number; readonly latch: Latch; readonly at: number }[];
  readonly paused: readonly number[];
  readonly resources: ReadonlyMap<number, readonly ResourceRecord[]>;
  /** What failed inside of composite steps that failed because of it. */
  readonly insides: ReadonlyMap<number, readonly StepFailure[]>;
  /** The composite steps that are at work. */
  readonly works: ReadonlyMap<number, PastWork>;
  /** What is recorded of a body by what its paths begin with; `undefined` if nothing is. */
  inside(place: string, plan: Plan): Restored | undefined;
}

/** What a run that goes on still needs of what was recorded of it, once its kernel knows the rest. */
export type Remembered = Pick<Restored, 'past' | 'reopenings' | 'works' | 'inside'>;

const nothing: Pick<Remembered, 'past' | 'works' | 'inside'> = { past: { history: [], nodes: [] }, works: new Map<number, never>(), inside: () => undefined };

/** @param isMuch - whether there is more to it than steps: then anything may still be asked for */
export function remembered(restored: Restored, isMuch: boolean): Remembered {
  if (isMuch) return restored;
  const { past, works, inside } = nothing;
  return { past, reopenings: restored.reopenings, works, inside };
}

/** Whether anything is recorded of a node. */
export function hasRecord(restored: Remembered | undefined, node: number): boolean {
  return restored !== undefined && pastAt(restored.past, node) !== undefined;
}

/** When a node started, if it has, in milliseconds since the epoch. */
export function sinceOf(restored: Remembered | undefined, node: number): number | undefined {
  return restored && pastAt(restored.past, node)?.since;
}
