import type { FlowRun } from '../run/flow-run.ts';
import type { Compaction } from './compaction.ts';
import type { Committer, RowOwner } from './committer.ts';
import { LostOwnershipError } from './run-errors.ts';
import type { RowSink } from './run-journal.ts';
import type { Append, StoredRow, StoredStatus } from './store.ts';

/** What makes a run exist: it goes with its first row. */
export type Creation = NonNullable<Append['create']>;

/** Who follows what becomes of runs. */
export interface LiveRuns {
  /** There is a run of this id already. */
  exists(run: FlowRun): void;
  /** The run exists now: its lease is to be kept. */
  created(runId: string): void;
  /** The run is not at work here any more. */
  left(runId: string): void;
}

/** A run that this process owns: hands its rows to the committer, and tells it what became of them. */
export class LiveRun implements RowOwner, RowSink {
  readonly run: FlowRun;
  readonly #committer: Committer;
  readonly #runs: LiveRuns;
  readonly #compaction: Compaction;
  #creation: Creation | undefined;
  /** Who waits for the rows that are on their way, in order. */
  readonly #waiting: (() => void)[] = [];

  constructor(run: FlowRun, committer: Committer, runs: LiveRuns, compaction: Compaction, creation?: Creation) {
    this.run = run;
    this.#committer = committer;
    this.#runs = runs;
    this.#compaction = compaction;
    this.#creation = creation;
  }

  push(row: StoredRow, status: StoredStatus | undefined, kept: () => void): void {
    const create = this.#creation;
    this.#creation = undefined;
    this.#waiting.push(kept);
    const snapshot = this.#compaction.next(row);
    this.#committer.push({ runId: this.run.id, row, ...(status && { status }), ...(create && { create }), ...(snapshot !== undefined && { snapshot }) }, this);
  }

  committed({ create, status, row }: Append): void {
    this.#compaction.kept(row.seq);
    if (create !== undefined) this.#runs.created(this.run.id);
    if (status !== undefined && status !== 'running') this.#runs.left(this.run.id);
    this.#waiting.shift()?.();
  }

  fenced(append: Append): void {
    if (append.create === undefined) this.lose(new LostOwnershipError(this.run.id));
    else this.#runs.exists(this.run);
  }

  dropped(_: Append, error: Error): void {
    this.lose(error);
  }

  /** Nothing that the run does here counts any more. */
  lose(error: Error): void {
    this.#runs.left(this.run.id);
    this.run.lose(error);
  }
}
