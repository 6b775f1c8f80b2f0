/** A value as text; see `Codec`. */
export type Encoded = string;

/**
 * The path of a node inside its flow: `fulfil/charge`, `fulfil/@before`, `@after`. Inside of a composite step at `P` it is `P/step` in the body
 * of a group and in the branch of a case that is taken when its condition holds, `P#otherwise/step` in the other branch, `P#2/step` in the
 * second run of a loop or a retry, `P/key/step` for an item, and `P/process/step` in a flow that is called.
 */
export type Path = string;

/** The number of the format in which entries and snapshots are written. Every format that was released is read for ever. */
export const FORMAT = 1;

/** One key that a node set: a plain text or a typed key, by its name, with the value. */
export type EncodedWrite = readonly [kind: 'plain' | 'typed', name: string, value: Encoded];

/** The callback that broke a node off: the level of its chain, and its number there, from 1. */
export interface BreakPoint {
  /** Whether it runs before the work or after it. */
  readonly stage: 'before' | 'after';
  /** Who gave it. */
  readonly level: 'registry' | 'flow' | 'process' | 'step';
  /** Which one of that level, from 1. */
  readonly order: number;
}

/** Why a node failed: what its function threw, its time, a callback, too many lost attempts, or a value that does not encode. */
export type FailureKind = 'error' | 'timeout' | 'callback' | 'crashes' | 'encode';

/** How the options of a run bind the scheduler, for those who go on with it. */
export interface RecordedOptions {
  /** How many steps may be at work at once, if there is a limit. */
  readonly limit?: number;
  /** Whether the first failure stops the run. */
  readonly failFast?: true;
  /** Whether a tier starts only when those before it have ended. */
  readonly tiered?: true;
  /** Whether no further tier starts after a failure. */
  readonly finishTier?: true;
  /** Whether keys that are ambiguous cannot be read. */
  readonly strict?: true;
  /** The longest time of the run, in milliseconds, if there is one. */
  readonly flowTimeoutMs?: number;
  /** How long an abort waits, in milliseconds. */
  readonly graceMs: number;
}

/** What a resource kept when its run was suspended. */
export interface SuspendedResource {
  /** The name of the resource. */
  readonly name: string;
  /** Its entity. */
  readonly entity: Encoded;
  /** Its keys. */
  readonly entries: readonly EncodedWrite[];
}

/**
 * One fact about a run. With `of` a composite step, or an item, failed because the steps of these paths inside of it did. With `x` it is
 * about a composite step, or about an item of one; then a success takes the place of all that was recorded inside of it. All facts of one
 * transition stand in one row. A process in `p` is its name, the flow is the empty text.
 *
 * Nodes that were never at work have no entry: what became of them follows from the others.
 */
export type Entry =
  | { readonly t: 'created'; readonly flow: string; readonly fingerprint: string; readonly format: number; readonly input: Encoded; readonly options: RecordedOptions }
  | { readonly t: 'claimed'; readonly owner: string; readonly epoch: number }
  /** An attempt starts: number `n`. */
  | { readonly t: 'started'; readonly p: Path; readonly n: number; readonly x?: 1 }
  /** The conditions of a composite step and the callbacks before it are through. Left out where it has none. */
  | { readonly t: 'opened'; readonly p: Path; readonly w?: readonly EncodedWrite[] }
  /** What a composite step has decided: which branch, or the input of a flow that it calls. */
  | { readonly t: 'decided'; readonly p: Path; readonly v: Encoded; readonly w?: readonly EncodedWrite[] }
  /** The body of a composite step runs once more: number `i`, not before the wall time `at`; with `e` because it has failed. */
  | { readonly t: 'iterated'; readonly p: Path; readonly i: number; readonly at?: number; readonly e?: Encoded; readonly w?: readonly EncodedWrite[] }
  /** The items from position `from` on have these keys; `last`: there are no more. Items are left out that can be had again. */
  | {
      readonly t: 'expanded';
      readonly p: Path;
      readonly from: number;
      readonly keys: readonly string[];
      readonly items?: readonly Encoded[];
      readonly last: boolean;
      readonly w?: readonly EncodedWrite[];
    }
  /** A composite step waits until a moment that cannot be worked out again. */
  | { readonly t: 'parked'; readonly p: Path; readonly until: number; readonly w?: readonly EncodedWrite[] }
  /** A composite step took the message of this id out of the inbox. */
  | { readonly t: 'received'; readonly p: Path; readonly id: string }
  /** The function of a step has ended for good, and callbacks after it are still to run. */
  | { readonly t: 'returned'; readonly p: Path; readonly s: 'succeeded'; readonly v?: Encoded; readonly w?: readonly EncodedWrite[] }
  | {
      readonly t: 'returned';
      readonly p: Path;
      readonly s: 'failed';
      readonly e: Encoded;
      readonly why: FailureKind;
      readonly of?: readonly Path[];
      readonly w?: readonly EncodedWrite[];
    }
  | { readonly t: 'returned'; readonly p: Path; readonly s: 'stopped'; readonly w?: readonly EncodedWrite[] }
  | { readonly t: 'succeeded'; readonly p: Path; readonly v?: Encoded; readonly w?: readonly EncodedWrite[]; readonly x?: 1 }
  | {
      readonly t: 'failed';
      readonly p: Path;
      readonly e: Encoded;
      readonly why: FailureKind;
      readonly at?: BreakPoint;
      readonly of?: readonly Path[];
      readonly w?: readonly EncodedWrite[];
      readonly abandoned?: true;
      readonly x?: 1;
    }
  /** Passed over by its condition; with `cascade` so is what waits for it. `e` is what the condition threw. */
  | { readonly t: 'skipped'; readonly p: Path; readonly cascade?: true; readonly e?: Encoded }
  | { readonly t: 'stopped'; readonly p: Path; readonly w?: readonly EncodedWrite[]; readonly abandoned?: true; readonly x?: 1 }
  /** Attempt `n` comes at the wall time `at`. */
  | { readonly t: 'retrying'; readonly p: Path; readonly n: number; readonly at: number; readonly e: Encoded; readonly w?: readonly EncodedWrite[] }
  /** A process or the flow was closed to starts by a stop or its timeout; `v` is the reason. */
  | { readonly t: 'latched'; readonly p: Path; readonly mode: 'drain' | 'abort'; readonly why: 'stop' | 'timeout'; readonly force?: true; readonly v?: Encoded }
  | { readonly t: 'paused'; readonly p: Path }
  | { readonly t: 'resumed'; readonly p: Path }
  /** What the resources of a process kept, in the order of attaching. */
  | { readonly t: 'suspended'; readonly p: Path; readonly resources: readonly SuspendedResource[] }
  /** Somebody asked that a run that had failed or was stopped goes on. The nodes in `again` went well and run again all the same. */
  | { readonly t: 'recovered'; readonly again?: readonly Path[] }
  /** The run goes on with another definition. */
  | { readonly t: 'migrated'; readonly fingerprint: string }
  | { readonly t: 'ended'; readonly s: 'succeeded' | 'failed' | 'stopped' };

/** The facts of one transition: what is committed at once. */
export interface Row {
  /** Its place in the journal of the run, from 1 on without a gap. */
  readonly seq: number;
  /** The wall time, in milliseconds since the epoch. */
  readonly at: number;
  readonly entries: readonly Entry[];
}
