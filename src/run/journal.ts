import type { WorkedOutcome } from '../define/callbacks.ts';
import type { RunOutcome } from '../define/outcome.ts';
import type { ResourceRecord } from './attachment.ts';

/**
 * Records one run. What it is told, and what the kernel's history has gained, becomes one row at each `commit`. A run without a
 * journal is not recorded.
 */
export interface Journal {
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
  /** The run is over. */
  ended(status: RunOutcome): void;
  /** Makes one row of what happened since the last call. Calls `kept` when it is kept, in order; returns false when nothing happened. */
  commit(kept: () => void): boolean;
}
