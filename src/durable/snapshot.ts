import type { BreakPoint, Encoded, EncodedWrite, FailureKind, Path, RecordedOptions, SuspendedResource } from './entry.ts';

/**
 * What is known of a node:
 *
 * - `started`: its attempt is at work; `lost`: the process at work died, and nobody knows how far it came
 * - `returned`: its function has ended (`how`), callbacks after it are at work
 * - `retrying`: attempt `n` comes at `retryAt`
 * - `reset`: it had failed or was stopped before somebody recovered the run; it starts again, at `breakPoint` if there is one
 * - else its outcome
 */
export type PathState = 'started' | 'lost' | 'returned' | 'retrying' | 'reset' | 'succeeded' | 'failed' | 'skipped' | 'stopped';

/** Everything recorded about one node. */
export interface PathRecord {
  readonly s: PathState;
  /** The attempt that it is at, or that comes next while it is `retrying`; 0 before the first one. */
  readonly n: number;
  /** The moment of its first start: its place in the order of all starts and ends of the run. */
  readonly begin?: number;
  /** The moment of its outcome. */
  readonly end?: number;
  /** The wall time of its first start; of its first one after the recovery, once it has been `reset` and started again. */
  readonly since?: number;
  /** The wall time of this record. */
  readonly at: number;
  readonly v?: Encoded;
  /** The keys that it set, in all attempts. */
  readonly w?: readonly EncodedWrite[];
  readonly e?: Encoded;
  /**
   * Why it failed; of one that was reset, why it had. With neither `how` nor `breakPoint` that says where it goes on: at its function, or at
   * the first callback before it if it was stopped (then there is none) or lost too often.
   */
  readonly why?: FailureKind;
  /** How its function ended, while it is `returned`. Elsewhere only `succeeded`: what it came to (`v`) stays, and it goes on after it. */
  readonly how?: 'succeeded' | 'failed' | 'stopped';
  readonly retryAt?: number;
  /** The callback that broke it off, and at which it goes on after the run was recovered. */
  readonly breakPoint?: BreakPoint;
  /** How many attempts were lost with the process that made them. */
  readonly crashes?: number;
  readonly cascade?: true;
  readonly abandoned?: true;
}

/** A region that was closed to starts: the flow (`''`) or a process. */
export interface LatchRecord {
  readonly p: Path;
  readonly mode: 'drain' | 'abort';
  readonly why: 'stop' | 'timeout';
  readonly force?: true;
  readonly v?: Encoded;
  readonly at: number;
}

/** The state of a run as plain JSON: everything that is needed to go on with it, keyed by path. */
export interface Snapshot {
  readonly format: number;
  readonly flow: string;
  readonly fingerprint: string;
  readonly input: Encoded;
  readonly options: RecordedOptions;
  readonly createdAt: number;
  /** When it had its first owner, if that was later: a run that was submitted waits for one. Its time counts from then on. */
  readonly startedAt?: number;
  /** The last row that it contains. */
  readonly seq: number;
  /** How many starts and ends were counted: the next one gets this number. */
  readonly moments: number;
  readonly owner: string | undefined;
  readonly epoch: number;
  readonly paths: Readonly<Record<Path, PathRecord>>;
  readonly latches: readonly LatchRecord[];
  readonly paused: readonly Path[];
  readonly resources: Readonly<Record<Path, readonly SuspendedResource[]>>;
  /** How often the run was recovered after it had failed or was stopped. */
  readonly recovered: number;
  /** The wall time of the last recovery: the time of the flow and its processes runs anew since then. */
  readonly recoveredAt?: number;
  readonly ended?: { readonly s: 'succeeded' | 'failed' | 'stopped'; readonly at: number };
}
