import type { RunOutcome } from '../define/outcome.ts';
import type { Journal, RecordedScope, ScopeJournal } from '../run/journal.ts';
import type { Kernel } from '../run/kernel/kernel.ts';
import type { Entry, Row } from './entry.ts';
import type { RunCodec } from './run-codec.ts';
import { type Page, ScopeRecorder } from './scope-journal.ts';
import type { StoredStatus } from './store.ts';

/** Where the rows of a run go. */
export interface RowSink {
  /**
   * Adds a row to those that are to be committed; `kept` is called when it is.
   *
   * @param consumed - the ids of messages that leave the inbox with it
   */
  push(row: Row, status: StoredStatus | undefined, kept: () => void, consumed?: readonly string[]): void;
}

/** What is recorded of a run, apart from what its kernel knows. */
export interface RecordedRun extends RecordedScope {
  readonly codec: RunCodec;
  /** The number of its last row. */
  readonly seq: number;
  /** The entries of its next row, before anything that it does. */
  readonly first: readonly Entry[];
  /** Whether it is kept although it succeeds. */
  readonly isKept: boolean;
  /** The wall time at which it began. */
  startedAt(): number;
  /** The wall time. */
  now(): number;
  /** Something could not be recorded that is not the value of a step. */
  problem(error: Error, path: string): void;
}

/**
 * Writes the journal of one run (rulings R9, R10): what its scopes have to say, and what closes and pauses it.
 */
export class RunJournal extends ScopeRecorder implements Journal {
  readonly #run: RecordedRun;
  readonly #sink: RowSink;
  #seq: number;
  #status: StoredStatus | undefined = undefined;
  /** The scopes inside of it that are at work. */
  #scopes: Set<Inner> | undefined = undefined;

  constructor(run: RecordedRun, sink: RowSink) {
    const { kernel } = run;
    const isNew = run.seq === 0; // what was asked of it before it began is to be written; what is recalled is
    super(run, new RunPage(run), isNew ? 0 : undefined);
    this.#run = run;
    this.#sink = sink;
    this.#seq = run.seq;
    if (run.first.some(({ t }) => t === 'recovered')) this.#status = 'running';
    if (!isNew) return;
    kernel.template.regions.forEach((_, region) => {
      if (kernel.isPaused(region)) this.page.entries.push({ t: 'paused', p: this.regionPath(region) });
    });
  }

  inside(scope: RecordedScope): ScopeJournal {
    const inner = new Inner(scope, this.page, () => this.catchUp(), () => this.#scopes?.delete(inner));
    (this.#scopes ??= new Set()).add(inner);
    return inner;
  }

  override paused(region: number, paused: boolean): void {
    this.catchUp();
    this.page.entries.push({ t: paused ? 'paused' : 'resumed', p: this.regionPath(region) });
  }

  ended(status: RunOutcome): void {
    this.#status = status;
    this.catchUp();
    this.page.entries.push({ t: 'ended', s: status });
    if (status === 'succeeded' && !this.#run.isKept) this.page.entries = [];
  }

  commit(kept: () => void): boolean {
    this.catchUp();
    if (this.page.entries.length === 0) return false;
    const status = this.#status;
    this.#status = undefined;
    const row = this.#row();
    this.#sink.push(row, status, kept, this.#taken());
    return true;
  }

  /** Makes the row with which the run is given back, of all that was not committed, which may be nothing. */
  last(): { readonly row: Row; readonly consumed: readonly string[] | undefined } {
    this.catchUp();
    return { row: this.#row(), consumed: this.#taken() };
  }

  /** What the next row would be. */
  unwritten(): Row | undefined {
    for (const inner of this.#scopes ?? []) inner.catchUp();
    this.catchUp();
    const { entries } = this.page;
    return entries.length === 0 ? undefined : { seq: this.#seq + 1, at: this.#seq === 0 ? this.#run.startedAt() : this.#run.now(), entries: [...entries] };
  }

  #row(): Row {
    const at = this.#seq === 0 ? this.#run.startedAt() : this.#run.now();
    const row = { seq: ++this.#seq, at, entries: this.page.entries };
    this.page.entries = [];
    return row;
  }

  #taken(): readonly string[] | undefined {
    const { consumed } = this.page;
    return consumed.length === 0 ? undefined : consumed.splice(0);
  }

  protected override says(): boolean {
    return true;
  }
}

/** The page of a run. */
class RunPage implements Page {
  entries: Entry[];
  readonly consumed: string[] = [];
  readonly codec: RunCodec;
  readonly isStrict: boolean;
  readonly #run: RecordedRun;

  constructor(run: RecordedRun) {
    this.entries = [...run.first];
    this.codec = run.codec;
    this.isStrict = run.writeBack !== undefined;
    this.#run = run;
  }

  now(): number {
    return this.#run.now();
  }

  problem(error: Error, path: string): void {
    this.#run.problem(error, path);
  }
}

/** Records a scope inside of the run, for as long as it is at work. */
class Inner extends ScopeRecorder {
  readonly #kernel: Kernel;
  readonly #before: () => void;
  readonly #over: () => void;

  /** @param before - lets the run say what it has to, such as that it was closed, which has consequences here */
  constructor(scope: RecordedScope, page: Page, before: () => void, over: () => void) {
    super(scope, page);
    this.#kernel = scope.kernel;
    this.#before = before;
    this.#over = over;
  }

  override catchUp(): void {
    this.#before();
    super.catchUp();
    if (this.#kernel.left === 0) this.#over();
  }
}
