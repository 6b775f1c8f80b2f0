import type { FlowRun } from '../run/flow-run.ts';
import type { Compaction } from './compaction.ts';
import type { Committer, RowOwner } from './committer.ts';
import type { Draft } from './draft.ts';
import type { Row } from './entry.ts';
import { HandedBackError, LostOwnershipError, whyLost } from './run-errors.ts';
import { rowText } from './rows.ts';
import type { RowSink, RunJournal } from './run-journal.ts';
import type { Append, Store, StoredStatus } from './store.ts';

/** How long a store has to say why a run is not this owner's any more; after that who waits for the run is told without. */
const mostReasonMs = 1_000;

/** What makes a run exist: it goes with its first row. */
export type Creation = NonNullable<Append['create']>;

/** Who follows what becomes of runs. */
export interface LiveRuns {
  /** The run exists in the store now, and this process owns it. */
  created(live: LiveRun): void;
  /** There is a run of this id already. */
  exists(live: LiveRun): void;
  /** The run is not at work here any more. */
  gone(live: LiveRun): void;
  /** Whether it is certain enough that the run is still this owner's. */
  isHeld(live: LiveRun): boolean;
  /** Calls `go` when it is certain enough that the run is still this owner's. */
  whenHeld(live: LiveRun, go: () => void): void;
}

/** A run that this process owns: hands its rows to the committer, and tells it what became of them. */
export class LiveRun implements RowOwner, RowSink {
  readonly run: FlowRun;
  /** Its journal, when recording has begun. */
  journal: RunJournal | undefined = undefined;
  /** Whether the store takes it for one that sleeps, until it has done something. */
  isAsleep = false;
  readonly #store: Store;
  readonly #committer: Committer;
  readonly #runs: LiveRuns;
  readonly #compaction: Compaction;
  #creation: Creation | undefined;
  /** Who waits for the rows that are on their way, in order. */
  #waiting: (() => void)[] = [];
  /** Whether it has ended or is not this owner's any more: then nothing is to happen to it. */
  #isOver = false;
  /** Who waits for the next row that is on its way. */
  readonly #expecting: (() => void)[] = [];
  /** Is told what becomes of the row that gives it back. */
  #given: (() => void) | undefined = undefined;

  constructor(run: FlowRun, store: Store, committer: Committer, runs: LiveRuns, compaction: Compaction, creation?: Creation) {
    this.run = run;
    this.#store = store;
    this.#committer = committer;
    this.#runs = runs;
    this.#compaction = compaction;
    this.#creation = creation;
  }

  push({ seq, at, entries }: Row, status: StoredStatus | undefined, kept: () => void, consumed?: readonly string[]): void {
    if (this.#isOver) return;
    const row = { seq, at, text: rowText(entries) };
    const create = this.#creation;
    this.#creation = undefined;
    if (this.#waiting.length === 0) this.#waiting = [kept]; // which has room for one: an empty list that grows has it for 17
    else this.#waiting.push(kept);
    const snapshot = this.#compaction.next(row);
    const append: Draft<Append> = { runId: this.run.id, row }; // most rows are nothing but that; objects that are spread are slow
    if (status !== undefined) append.status = status;
    if (create !== undefined) append.create = create;
    if (snapshot !== undefined) append.snapshot = snapshot;
    if (consumed !== undefined) append.consumed = consumed;
    if (this.isAsleep) append.wakeAt = null;
    this.isAsleep = false;
    this.#committer.push(append, this);
  }

  /** Whether everything that it did is kept. */
  get isQuiet(): boolean {
    return !this.#isOver && this.#waiting.length === 0 && this.#creation === undefined;
  }

  /** Resolves with true when something has become of the next row that is on its way, at once with false if none is. */
  nextRow(): Promise<boolean> {
    if (this.#isOver || this.isQuiet) return Promise.resolve(false);
    return new Promise((resolve) => this.#expecting.push(() => resolve(true)));
  }

  /** Waits for the rows that are on their way now. */
  async kept(): Promise<void> {
    for (let rows = this.#waiting.length; rows > 0 && (await this.nextRow()); rows--);
  }

  /** What a run that is recorded at its end would write now. */
  get unwritten(): Row | undefined {
    return this.run.isAhead ? undefined : this.journal?.unwritten();
  }

  /** Gets ready to be given back. Calls `ready` later if that takes a while: then returns false, and it is to be tried again. */
  mayGiveBack(ready: () => void): boolean {
    return this.#compaction.isShort || this.#compaction.read(ready);
  }

  /**
   * Gives the run back until a moment, and lets go of it. What it does afterwards does not count.
   *
   * @param seen - the messages that it knows and leaves in the inbox
   * @param over - called when it is known what has become of the row
   */
  giveBack(wakeAt: number, seen: readonly string[], over: () => void): void {
    if (this.journal === undefined) return;
    const { row: last, consumed } = this.journal.last();
    const row = { seq: last.seq, at: last.at, text: rowText(last.entries) };
    const snapshot = this.#compaction.next(row);
    const append: Draft<Append> = { runId: this.run.id, row, wakeAt, release: true, seen };
    if (snapshot !== undefined) append.snapshot = snapshot;
    if (consumed !== undefined) append.consumed = consumed;
    this.#given = over;
    this.#leave();
    this.#committer.push(append, this);
    this.run.lose(new HandedBackError(this.run.id), false);
  }

  committed({ status, create, row }: Append): void {
    this.#told();
    if (!this.#isOver) this.#compaction.kept(row.seq);
    const kept = this.#waiting.shift();
    if (this.#isOver || kept === undefined) return;
    if (status !== undefined && status !== 'running') {
      this.#leave();
      kept();
      return;
    }
    if (create !== undefined) this.#runs.created(this);
    if (this.#runs.isHeld(this)) kept();
    else this.#goOnWhenHeld(kept);
  }

  #goOnWhenHeld(kept: () => void): void {
    this.#runs.whenHeld(this, () => this.#isOver || kept());
  }

  fenced({ create }: Append): void {
    this.#told();
    if (this.#isOver) return;
    if (create === undefined) {
      this.#lost();
      return;
    }
    this.#leave();
    this.#runs.exists(this);
  }

  dropped(_: Append, error: Error): void {
    this.#told();
    this.lose(error);
  }

  /** The store says that the run is not this owner's. Rows on their way are told so themselves; or they end it, and that is why. */
  notHeld(): void {
    if (this.#waiting.length === 0) this.#lost();
  }

  /** The run is not this owner's any more: what is at work is aborted at once, and who waits for it is told why. */
  #lost(): void {
    if (this.#isOver) return;
    this.#leave();
    const { run } = this;
    run.abandon(new LostOwnershipError(run.id));
    const cancel = run.settings.clock.setTimer(mostReasonMs, () => run.lose(new LostOwnershipError(run.id)));
    void whyLost(run.id, this.#store).then((error) => {
      cancel();
      run.lose(error); // without effect when it took too long
    });
  }

  /** Nothing that the run does here counts any more. */
  lose(error: Error): void {
    if (this.#isOver) return;
    this.#leave();
    this.run.lose(error);
  }

  /** Lets go of the run, so that somebody else goes on with it. */
  handBack(): void {
    if (this.#isOver) return;
    this.#leave();
    this.run.lose(new HandedBackError(this.run.id), false);
  }

  /** The run is over for a reason of its own: it was refused, or had nothing to record. */
  settled(): void {
    if (!this.#isOver && this.#waiting.length === 0) this.#leave();
  }

  #told(): void {
    this.#given?.(); // it is the last row
    for (const go of this.#expecting.splice(0)) go();
  }

  #leave(): void {
    this.#isOver = true;
    this.#runs.gone(this);
  }
}
