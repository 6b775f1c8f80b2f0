import type { BreakPoint, Encoded, EncodedWrite, FailureKind, Path, RecordedOptions, SuspendedResource } from './entry.ts';

/**
 * What is known of a node:
 *
 * - `started`: its attempt is at work; `lost`: the process at work died, and nobody knows how far it came
 * - `open`: it is a composite step at work; how far it came is known from its own record and from those inside of it
 * - `returned`: its function has ended (`how`), callbacks after it are at work
 * - `retrying`: attempt `n` comes at `retryAt`
 * - `reset`: it had failed or was stopped before somebody recovered the run; it starts again, at `breakPoint` if there is one
 * - else its outcome
 */
export type PathState = 'started' | 'lost' | 'open' | 'returned' | 'retrying' | 'reset' | 'succeeded' | 'failed' | 'skipped' | 'stopped';

/** What a composite step has decided. It stays when the step failed or was stopped, for a recovery. */
export interface WorkRecord {
  /** Which branch, or the input of a flow that it calls. */
  readonly decided?: Encoded;
  /** The number of the run of its body that is at work or comes next. Default: 1 */
  readonly index?: number;
  /** The number of the run with which its attempts began, since the last recovery. Default: 1 */
  readonly first?: number;
  /** The wall time at which the run `index` begins, if it was not at once. */
  readonly at?: number;
  /** The keys of its items, as far as they are known. How items have ended is recorded at their own paths. */
  readonly keys?: readonly string[];
  /** These items, if they cannot be had again. */
  readonly items?: readonly Encoded[];
  /** Whether there are no more items. */
  readonly expanded?: true;
  /** The wall time until which it waits. */
  readonly until?: number;
}

/** Everything recorded about one node, or about an item of a composite step. */
export interface PathRecord {
  /** What is known of it. */
  readonly s: PathState;
  /** What it is, if it is no step like others. */
  readonly kind?: 'composite' | 'item';
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
  /** The value that it returned. */
  readonly v?: Encoded;
  /** The keys that it set, in all attempts. */
  readonly w?: readonly EncodedWrite[];
  /** The error with which it, or its last attempt, failed. */
  readonly e?: Encoded;
  /**
   * Why it failed; of one that was reset, why it had. With neither `how` nor `breakPoint` that says where it goes on: at its function, or at
   * the first callback before it if it was stopped (then there is none) or lost too often.
   */
  readonly why?: FailureKind;
  /** Of a composite step, or an item, that failed because of what is inside of it: the paths of the steps that failed there. */
  readonly of?: readonly Path[];
  /** How its function ended, while it is `returned`. Elsewhere only `succeeded`: what it came to (`v`) stays, and it goes on after it. */
  readonly how?: 'succeeded' | 'failed' | 'stopped';
  /** The wall time at which attempt `n` comes, while it is `retrying`. */
  readonly retryAt?: number;
  /** The callback that broke it off, and at which it goes on after the run was recovered. */
  readonly breakPoint?: BreakPoint;
  /** How many attempts were lost with the process that made them. */
  readonly crashes?: number;
  /** Whether what waits for it was passed over with it. */
  readonly cascade?: true;
  /** Whether the run went on without it. */
  readonly abandoned?: true;
  /** Whether the conditions of a composite step and the callbacks before it are through. */
  readonly opened?: true;
  /** What a composite step has decided. */
  readonly work?: WorkRecord;
}

/** A region that was closed to starts: the flow (`''`) or a process. */
export interface LatchRecord {
  /** The flow or the process. */
  readonly p: Path;
  /** Whether what is at work may finish, or its signals abort. */
  readonly mode: 'drain' | 'abort';
  /** Who closed it. */
  readonly why: 'stop' | 'timeout';
  /** Whether `always` steps are stopped too. */
  readonly force?: true;
  /** The reason that was given. */
  readonly v?: Encoded;
  /** The wall time. */
  readonly at: number;
}

/** How a run has ended. */
export interface EndRecord {
  /** Its status. */
  readonly s: 'succeeded' | 'failed' | 'stopped';
  /** The wall time. */
  readonly at: number;
}

/** The state of a run as plain JSON: everything that is needed to go on with it, keyed by path. */
export interface Snapshot {
  /** The number of the format that it is written in. */
  readonly format: number;
  /** The name of the flow. */
  readonly flow: string;
  /** The structural fingerprint of the definition that it was recorded with last. */
  readonly fingerprint: string;
  /** The input, as the steps get it. */
  readonly input: Encoded;
  /** The options of the run. */
  readonly options: RecordedOptions;
  /** The wall time at which it was recorded first. */
  readonly createdAt: number;
  /** When it had its first owner, if that was later: a run that was submitted waits for one. Its time counts from then on. */
  readonly startedAt?: number;
  /** The last row that it contains. */
  readonly seq: number;
  /** How many starts and ends were counted: the next one gets this number. */
  readonly moments: number;
  /** Who was at work on it last; `undefined` when nobody ever was. */
  readonly owner: string | undefined;
  /** How often it was claimed. */
  readonly epoch: number;
  /** What is known of each node that has been at work. What was inside of composite steps that succeeded is left out. */
  readonly paths: Readonly<Record<Path, PathRecord>>;
  /** The regions that are closed to starts. */
  readonly latches: readonly LatchRecord[];
  /** The regions that are paused. */
  readonly paused: readonly Path[];
  /** What suspended resources have kept, by process. */
  readonly resources: Readonly<Record<Path, readonly SuspendedResource[]>>;
  /** How often the run was recovered after it had failed or was stopped. */
  readonly recovered: number;
  /** The wall time of the last recovery: the time of the flow and its processes runs anew since then. */
  readonly recoveredAt?: number;
  /** How it has ended, if it has. */
  readonly ended?: EndRecord;
}
