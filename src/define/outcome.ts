/** Names one reason why a step did not run: the path of the step that caused it, and how that step ended. */
export interface Cause {
  /** The path of the step that caused it. */
  readonly path: string;
  /** How that step ended. */
  readonly status: 'failed' | 'cancelled' | 'stopped' | 'skipped' | 'succeeded';
}

/** Why a step was passed over on purpose. */
export type SkipReason =
  /** A condition of the step itself was false. */
  | {
      readonly kind: 'condition';
      /** What one of its conditions threw, the first one if several did. */
      readonly error?: Error;
    }
  /** The run was asked to leave it out. */
  | { readonly kind: 'plan' }
  /** It belongs to a branch that was not taken. */
  | { readonly kind: 'branch'; readonly because: readonly Cause[] };

/** What a step ended with. */
export type Outcome<Value = unknown> =
  | { readonly status: 'succeeded'; readonly value: Value }
  | { readonly status: 'failed'; readonly error: Error }
  | { readonly status: 'skipped'; readonly reason: SkipReason }
  | { readonly status: 'cancelled'; readonly because: readonly Cause[] }
  | { readonly status: 'stopped'; readonly reason: unknown };

/** Where a step that has not ended stands: not yet reached, held by a limit or a pause, at work, or before its next attempt. */
export type LiveOutcome =
  | { readonly status: 'pending' }
  | { readonly status: 'queued' }
  | { readonly status: 'running' }
  | { readonly status: 'retrying'; readonly at: number };

/** How a step ended, as a word. */
export type OutcomeStatus = Outcome['status'];

/** How a run ended, as a word. */
export type RunOutcome = 'succeeded' | 'failed' | 'stopped';

/** How a process ended, as a word: `cancelled` when nothing in it failed and something it needed from outside could not come. */
export type ProcessOutcome = RunOutcome | 'cancelled';
