import type { WorkedOutcome } from '../define/callbacks.ts';
import type { RunOutcome } from '../define/outcome.ts';
import type { StepFailure } from '../define/run.ts';
import type { ResourceRecord } from './attachment.ts';
import type { Kernel } from './kernel/kernel.ts';

/** Records one scope of a run: the flow, or the body of a composite step. */
export interface ScopeJournal {
  /**
   * Keeps how the work of a node ends, with what it set, before anything else sees it. Returns the end that counts: one with a value
   * that cannot be recorded is a failure.
   */
  keep(node: number, end: WorkedOutcome): WorkedOutcome;
  /** The function of a step has ended for good, and callbacks after it are next. Its end was kept. */
  returned(node: number, end: WorkedOutcome): void;
  /** An attempt starts that is not the first one of the node. */
  restarted(node: number, attempt: number): void;
  retrying(node: number, attempt: number, retryAt: number, error: Error): void;
  paused(region: number, paused: boolean): void;
  /** The resources of a process were suspended. */
  suspended(region: number, records: readonly ResourceRecord[]): void;
  /** The conditions of a composite step and the callbacks before it are through: they are not asked again. */
  opened(node: number): void;
  /**
   * A composite step has decided something that the next start of it depends on: which branch, or the input of a flow that it calls.
   *
   * @returns what it goes on with: in a strict run a copy
   * @throws EncodeError - it cannot be recorded
   */
  decided(node: number, value: unknown): unknown;
  /** The body of a composite step runs once more: number `index`, at `at`; after a failure with its error. */
  again(node: number, index: number, at: number, error?: Error): void;
  /**
   * The items of a `forEach` from position `from` on are known.
   *
   * @param items - `undefined` where they can be had again from the definition or a recorded value
   * @param isLast - whether there are no more
   * @returns the items that it goes on with, if they were given: in a strict run copies
   * @throws EncodeError - one cannot be recorded
   */
  expanded(node: number, from: number, keys: readonly string[], items: readonly unknown[] | undefined, isLast: boolean): readonly unknown[] | undefined;
  /**
   * An item has ended: nothing of its inside is needed any more if it went well. Returns the end that counts, as `keep` does.
   *
   * @param failures - what failed in it
   */
  itemEnded(node: number, key: string, end: WorkedOutcome, failures: readonly StepFailure[] | undefined): WorkedOutcome;
  /** A composite step waits until a moment that cannot be worked out again. */
  parked(node: number, until: number): void;
  /** A composite step took a message out of the inbox. */
  consumed(node: number, id: string): void;
  /** Takes in what the kernel has done. To be called for the scope around another one before that begins, and for each before its next row. */
  catchUp(): void;
}

/** A scope to be recorded. */
export interface RecordedScope {
  readonly kernel: Kernel;
  /** How much of the kernel's history is recorded. */
  readonly seen: number;
  /** The nodes of which something is recorded already. */
  readonly known: Iterable<number>;
  /** What a node has set under keys. */
  writesOf(node: number): readonly (readonly [key: unknown, value: unknown])[];
  /** Puts back what a node has set under a key, as it is read back: given in strict runs only, where everybody gets copies. */
  readonly writeBack?: ((node: number, key: unknown, value: unknown) => void) | undefined;
}

/**
 * Records one run. What it is told, and what the histories of its kernels have gained, becomes one row at each `commit`. A run without a
 * journal is not recorded.
 */
export interface Journal extends ScopeJournal {
  /** Returns what records a scope inside of the run. */
  inside(scope: RecordedScope): ScopeJournal;
  /** The run is over. */
  ended(status: RunOutcome): void;
  /** Makes one row of what happened since the last call. Calls `kept` when it is kept, in order; returns false when nothing happened. */
  commit(kept: () => void): boolean;
}
