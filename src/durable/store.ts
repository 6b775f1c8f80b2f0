/** Where a recorded run stands: `running` until it has ended, at work or not. */
export type StoredStatus = 'running' | 'succeeded' | 'failed' | 'stopped';

/** What a store knows of a run without reading its journal. */
export interface RunHead {
  /** The id of the run. */
  readonly runId: string;
  /** The name of its flow. */
  readonly flow: string;
  /** The structural fingerprint of the definition that it was started with. */
  readonly fingerprint: string;
  /** Where it stands. */
  readonly status: StoredStatus;
  /** The wall time of its first row, in milliseconds since the epoch. */
  readonly createdAt: number;
  /** The wall time of its last row. */
  readonly updatedAt: number;
  /**
   * When there is something to do for it next; `undefined`: now, if nobody is at work on it. 8,640,000,000,000,000, the last moment that a `Date`
   * can hold, stands for never: only a message wakes it.
   */
  readonly wakeAt: number | undefined;
  /** Who is at work on it; `undefined` when nobody is. */
  readonly owner: string | undefined;
  /** How often it was claimed, the first owner included; 0 when it had none yet. */
  readonly epoch: number;
  /** Until when the owner may be thought at work. */
  readonly leaseUntil: number;
}

/** A row of a journal as a store keeps it. */
export interface StoredRow {
  /** Its number in the run, from 1 without a gap. */
  readonly seq: number;
  /** The wall time, in milliseconds since the epoch. */
  readonly at: number;
  /** The entries, as JSON. A store never looks inside. */
  readonly text: string;
}

/** The state of a run as a store keeps it. */
export interface StoredSnapshot {
  /** The number of the last row that it contains. */
  readonly seq: number;
  /** The state, as JSON. A store never looks inside. */
  readonly text: string;
}

/** A message to a run. It stays known until the run is deleted, so that one that is sent twice counts once. */
export interface Message {
  /** Its id: another one for each message to a run. */
  readonly id: string;
  /** The wall time at which it was posted, in milliseconds since the epoch. */
  readonly at: number;
  /** What it says, as JSON. A store never looks inside. */
  readonly text: string;
}

/** A message with the run that it was posted to. */
export interface PostedMessage {
  /** The id of the run. */
  readonly runId: string;
  /** The message. */
  readonly message: Message;
}

/** A run with everything that is needed to go on with it: the newest snapshot, if there is one, and the rows after it. */
export interface StoredRun {
  /** What is known of it without its journal. */
  readonly head: RunHead;
  /** The newest snapshot as JSON, and the number of the last row that it contains. */
  readonly snapshot: StoredSnapshot | undefined;
  /** In the order of `seq`. A row that is missing between two others is not the store's to judge. */
  readonly rows: readonly StoredRow[];
  /** Its inbox: the messages that were not consumed yet, in the order in which they were posted. */
  readonly messages: readonly Message[];
  /** What is wrong with these texts, if the store noticed (a checksum). Nobody may go on with such a run; the others are unharmed. */
  readonly damage?: string;
  /**
   * Whether the store knows that these texts are the ones that were written, because it keeps checksums of its own. Nobody compares theirs then,
   * which takes a part of the time of a recovery; a store that changes the texts of another one leaves this out.
   */
  readonly intact?: true;
}

/** What a store has to know of a run that does not exist yet. */
export interface RunCreation {
  /** The name of its flow. */
  readonly flow: string;
  /** The structural fingerprint of the definition. */
  readonly fingerprint: string;
  /** Who is at work on it; `undefined`: nobody, so that anyone may claim it at once. */
  readonly owner: string | undefined;
  /** Until when the owner may be thought at work, in milliseconds since the epoch. */
  readonly leaseUntil: number;
}

/** A run that does not exist yet, with its first row. */
export interface NewRun extends RunCreation {
  /** The id of the run. */
  readonly runId: string;
  /** The first row, of number 1. */
  readonly row: StoredRow;
}

/** A row to append, with what it changes about its run. */
export interface Append {
  /** The id of the run. */
  readonly runId: string;
  /** The row. */
  readonly row: StoredRow;
  /** With it, this is the first row of a run that does not exist yet; it is refused like a number that is taken if the run exists. */
  readonly create?: RunCreation;
  /** Where the run stands after this row; left out when that does not change. A run that has ended is given back, too. */
  readonly status?: StoredStatus;
  /** When there is something to do next; `null`: now. Left out when that does not change. */
  readonly wakeAt?: number | null;
  /** The state after this row as JSON. With it, the store may drop all rows up to this one, except those of claims. */
  readonly snapshot?: string;
  /** The ids of messages that leave the inbox with this row. They stay known. */
  readonly consumed?: readonly string[];
  /** Gives the run back with this row, although it has not ended: it has no owner any more, and anyone may claim it as soon as it is due. */
  readonly release?: true;
  /**
   * With `release`, the ids of the messages that the owner knows and leaves in the inbox. Any other one that is left there came too late
   * for it, and makes the run due at once, whatever `wakeAt` says.
   */
  readonly seen?: readonly string[];
}

/** Asks for runs to work on. */
export interface ClaimRequest {
  /** Who asks. */
  readonly owner: string;
  /** The wall time now; a store with a clock of its own may use that. */
  readonly now: number;
  /** Until when the new owner may be thought at work. */
  readonly leaseUntil: number;
  /** How many at most. */
  readonly limit: number;
  /** Only runs of these flows. Default: all. */
  readonly flows?: readonly string[];
  /** None of these runs: the one who asks could not go on with them. A claim of one run has none. Default: `[]` */
  readonly except?: readonly string[];
  /** Only this run; then it need not be due, and may have ended. */
  readonly runId?: string;
  /** The entries of the row that says who claimed it, as JSON. */
  readonly text: (epoch: number) => string;
}

/** Which runs to list. What is left out does not matter. */
export interface RunQuery {
  /** Only runs of this flow. */
  readonly flow?: string;
  /** Only runs that stand there. */
  readonly status?: StoredStatus;
  /** Created at or after, in milliseconds since the epoch. */
  readonly from?: number;
  /** Created before. */
  readonly to?: number;
  /** How many at most. Default: 100 */
  readonly limit?: number;
  /** Where the page before ended. */
  readonly after?: string;
}

/** One page of runs, the newest first. */
export interface RunPage {
  /** The runs. */
  readonly runs: readonly RunHead[];
  /** Where the next page begins; `undefined` on the last one. */
  readonly next: string | undefined;
}

/**
 * Keeps the journals of runs. `storeConformance` of `millrace/testing` says everything that is asked of one.
 *
 * The fence is the number of a row: a run is taken over by appending the next one, so that whoever owned it before finds
 * that number taken. Every method is atomic, and what has resolved survives a crash. A store knows nothing of what texts mean.
 */
export interface Store {
  /** Adds a run with its first row, owned and leased if it has an owner. Resolves with false, and changes nothing, when there is one of this id. */
  create(run: NewRun): Promise<boolean>;
  /**
   * Appends rows, in order, in one transaction. Resolves with one boolean for each: false when its number is taken, or when a row of
   * the same run before it was not appended; the rows of other runs are appended all the same.
   */
  append(rows: readonly Append[]): Promise<readonly boolean[]>;
  /** Reads one run; `undefined` when there is none. */
  load(runId: string): Promise<StoredRun | undefined>;
  /** Lists runs, the newest first. */
  list(query?: RunQuery): Promise<RunPage>;
  /**
   * Takes over unfinished runs that are due (`wakeAt` is not later than `now`) and whose lease is over or was released, first those that
   * could be claimed the longest: appends a row to each, at its next number, and sets owner, epoch and lease. Resolves with them as `load`
   * would, that row and their messages included, which stay in the inbox. With `runId`, takes over that run whatever its status, unless
   * another owner's lease holds.
   */
  claim(request: ClaimRequest): Promise<readonly StoredRun[]>;
  /** Prolongs the lease of runs. Resolves with the ids of those that this owner still has. */
  renew(owner: string, leaseUntil: number, runIds: readonly string[]): Promise<readonly string[]>;
  /** Gives runs back, so that anyone may claim them at once; those of other owners stay as they are. */
  release(owner: string, runIds: readonly string[]): Promise<void>;
  /**
   * Adds a message to the inbox of a run that has not ended, whoever owns it, and makes the run due at once (`wakeAt` is `undefined` then).
   * Resolves with what came of it, and changes nothing unless that is `posted`: `known`, a message of this id was posted to the run before,
   * consumed or not; `ended`, the run has ended; `unknown`, there is no such run.
   */
  post(runId: string, message: Message): Promise<'posted' | 'known' | 'ended' | 'unknown'>;
  /** Reads the inboxes of all runs that this owner has, those of each run in the order in which they were posted. An owner asks often. */
  messages(owner: string): Promise<readonly PostedMessage[]>;
  /** Keeps the structure of a definition as JSON, once for each flow and fingerprint. */
  saveDefinition(flow: string, fingerprint: string, text: string): Promise<void>;
  /** Reads the structure of a definition; `undefined` when it was never saved. */
  loadDefinition(flow: string, fingerprint: string): Promise<string | undefined>;
  /** Removes a run and everything about it. Resolves with whether there was one. */
  delete(runId: string): Promise<boolean>;
  /** Removes up to `limit` runs that ended before a time, in milliseconds since the epoch, the oldest first. Resolves with how many. */
  prune(endedBefore: number, limit: number): Promise<number>;
  /** Ends the store's work. Calls that come later reject. */
  close(): Promise<void>;
}
