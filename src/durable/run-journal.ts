import type { WorkedOutcome } from '../define/callbacks.ts';
import type { RunOutcome } from '../define/outcome.ts';
import { CallbackError, TimeoutError } from '../errors.ts';
import type { ResourceRecord } from '../run/attachment.ts';
import type { Journal } from '../run/journal.ts';
import { FAILED, PASSED_ON, SKIPPED, STOPPED, SUCCEEDED } from '../run/kernel/cells.ts';
import { STARTED } from '../run/kernel/history.ts';
import type { Kernel } from '../run/kernel/kernel.ts';
import { CrashedError } from './crashed-error.ts';
import { EncodeError } from './codec-errors.ts';
import type { BreakPoint, EncodedWrite, Entry, FailureKind, Path } from './entry.ts';
import { rowText } from './rows.ts';
import type { RunCodec } from './run-codec.ts';
import type { StoredRow, StoredStatus } from './store.ts';

/** Where the rows of a run go. */
export interface RowSink {
  /** Adds a row to those that are to be committed; `kept` is called when it is. */
  push(row: StoredRow, status: StoredStatus | undefined, kept: () => void): void;
}

/** What is recorded of a run, apart from what its kernel knows. */
export interface RecordedRun {
  readonly kernel: Kernel;
  readonly codec: RunCodec;
  /** The number of its last row. */
  readonly seq: number;
  /** The nodes of which something is recorded already. */
  readonly known: Iterable<number>;
  /** How much of the kernel's history is recorded: what was recorded may have led to more at once. */
  readonly seen: number;
  /** The entries of its next row, before anything that it does. */
  readonly first: readonly Entry[];
  /** Whether it is kept although it succeeds. */
  readonly isKept: boolean;
  /** The wall time at which it began. */
  startedAt(): number;
  /** The wall time. */
  now(): number;
  /** What a node has set under keys. */
  writesOf(node: number): readonly (readonly [key: unknown, value: unknown])[];
  /** Something could not be recorded that is not the value of a step. */
  problem(error: Error, path: string): void;
}

/** How a node ended, as text. */
interface Kept {
  readonly v?: string;
  readonly e?: string;
  readonly w?: readonly EncodedWrite[];
}

/**
 * Writes the journal of one run (rulings R9, R10). First starts and outcomes are read from the kernel's history, closed regions from its
 * latches; everything else it is told.
 */
export class RunJournal implements Journal {
  readonly #run: RecordedRun;
  readonly #sink: RowSink;
  #seq: number;
  #entries: Entry[] = [];
  #status: StoredStatus | undefined = undefined;
  /** How far the history of the kernel is written. */
  #seen: number;
  /** The nodes of which something is recorded. */
  readonly #known: Set<number>;
  /** The ends of nodes that the kernel does not know yet, or that are not written. */
  readonly #kept = new Map<number, Kept>();
  /** How many closed regions are written. */
  #closed: number;

  constructor(run: RecordedRun, sink: RowSink) {
    this.#run = run;
    this.#sink = sink;
    this.#seq = run.seq;
    this.#seen = run.seen;
    this.#known = new Set(run.known);
    this.#entries.push(...run.first);
    if (run.first.some(({ t }) => t === 'recovered')) this.#status = 'running';
    const { kernel } = run;
    const isNew = run.seq === 0; // what was asked of it before it began is to be written; what is recalled is
    this.#closed = isNew ? 0 : (kernel.closings?.length ?? 0);
    if (!isNew) return;
    kernel.template.regions.forEach((_, region) => {
      if (kernel.isPaused(region)) this.#entries.push({ t: 'paused', p: this.#regionPath(region) });
    });
  }

  keep(node: number, end: WorkedOutcome): WorkedOutcome {
    const path = this.#path(node);
    const { codec } = this.#run;
    try {
      const w = codec.writes(this.#run.writesOf(node));
      if (end.status === 'succeeded') {
        this.#kept.set(node, { ...(end.value === undefined ? {} : { v: codec.value(end.value) }), ...w });
        return end;
      }
      this.#kept.set(node, { ...(end.status === 'failed' && { e: codec.error(end.error) }), ...w });
      return end;
    } catch (thrown) {
      const error = codec.notEncoded(thrown, `'${path}'`);
      if (end.status === 'succeeded') {
        this.#kept.set(node, { e: codec.error(error) });
        return { status: 'failed', error };
      }
      this.#run.problem(error, path);
      this.#kept.set(node, end.status === 'failed' ? { e: codec.error(end.error) } : {});
      return end;
    }
  }

  returned(node: number, end: WorkedOutcome): void {
    const p = this.#path(node);
    const { v, e, w } = this.#kept.get(node) ?? {};
    const set = w && { w };
    if (end.status === 'succeeded') this.#add({ t: 'returned', p, s: 'succeeded', ...(v !== undefined && { v }), ...set });
    else if (end.status === 'failed') this.#add({ t: 'returned', p, s: 'failed', e: e ?? this.#run.codec.error(end.error), why: kindOf(end.error), ...set });
    else this.#add({ t: 'returned', p, s: 'stopped', ...set });
  }

  restarted(node: number, attempt: number): void {
    this.#known.add(node);
    this.#add({ t: 'started', p: this.#path(node), n: attempt });
  }

  retrying(node: number, attempt: number, retryAt: number, error: Error): void {
    const { codec } = this.#run;
    const path = this.#path(node);
    this.#add({ t: 'retrying', p: path, n: attempt, at: retryAt, e: codec.error(error), ...this.#tryWrites(node, path) });
  }

  paused(region: number, paused: boolean): void {
    this.#add({ t: paused ? 'paused' : 'resumed', p: this.#regionPath(region) });
  }

  suspended(region: number, records: readonly ResourceRecord[]): void {
    const p = this.#regionPath(region);
    this.#add({ t: 'suspended', p, resources: records.flatMap((record) => this.#run.codec.resource(record, (error) => this.#run.problem(error, p))) });
  }

  ended(status: RunOutcome): void {
    this.#status = status;
    this.#add({ t: 'ended', s: status });
    if (status === 'succeeded' && !this.#run.isKept) this.#entries = [];
  }

  commit(kept: () => void): boolean {
    this.#catchUp();
    if (this.#entries.length === 0) return false;
    const at = this.#seq === 0 ? this.#run.startedAt() : this.#run.now();
    const row = { seq: ++this.#seq, at, text: rowText(this.#entries) };
    const status = this.#status;
    this.#entries = [];
    this.#status = undefined;
    this.#sink.push(row, status, kept);
    return true;
  }

  /** Adds what the kernel has done before, so that entries stand in the order in which things happened. */
  #add(entry: Entry): void {
    this.#catchUp();
    this.#entries.push(entry);
  }

  #catchUp(): void {
    const { kernel } = this.#run;
    const { history } = kernel;
    while (this.#seen < history.length) {
      this.#latched(this.#seen);
      const entry = history.entries[this.#seen++] as number;
      const node = entry >> 2;
      if ((entry & 3) !== STARTED) {
        if (this.#known.has(node)) this.#ended(node);
        continue;
      }
      this.#known.add(node);
      this.#entries.push({ t: 'started', p: this.#path(node), n: kernel.attempt(node) });
    }
    this.#latched(history.length);
  }

  #ended(node: number): void {
    const { kernel, codec } = this.#run;
    const p = this.#path(node);
    const { v, e, w } = this.#kept.get(node) ?? {};
    this.#kept.delete(node);
    const set = w && { w };
    const abandoned = kernel.overruns?.abandoned.has(node) === true ? { abandoned: true as const } : {};
    const value = kernel.values[node];
    switch (kernel.state(node)) {
      case SUCCEEDED:
        this.#entries.push({ t: 'succeeded', p, ...(v !== undefined && { v }), ...set });
        break;
      case FAILED: {
        const at = breakPointOf(value);
        this.#entries.push({ t: 'failed', p, e: e ?? codec.error(value), why: kindOf(value), ...(at && { at }), ...set, ...abandoned });
        break;
      }
      case SKIPPED:
      case PASSED_ON: {
        const cascade = kernel.state(node) === PASSED_ON ? { cascade: true as const } : {};
        this.#entries.push({ t: 'skipped', p, ...cascade, ...(value !== undefined && { e: codec.error(value) }) });
        break;
      }
      case STOPPED:
        this.#entries.push({ t: 'stopped', p, ...set, ...abandoned });
        break;
      default: // it was at work, so nothing else can have become of it
    }
  }

  /** Writes which regions were closed before an entry of the history. */
  #latched(before: number): void {
    const { closings = [] } = this.#run.kernel;
    for (let closing = closings[this.#closed]; closing !== undefined && closing.at <= before; closing = closings[++this.#closed]) {
      const { mode, why, force, reason } = closing.latch;
      if (why === 'failure') continue; // it follows from the failure
      const v = reason === undefined ? {} : { v: this.#run.codec.reason(reason) };
      this.#entries.push({ t: 'latched', p: this.#regionPath(closing.region), mode, why, ...(force === true && { force: true as const }), ...v });
    }
  }

  #tryWrites(node: number, path: Path): { readonly w?: readonly EncodedWrite[] } {
    try {
      return this.#run.codec.writes(this.#run.writesOf(node));
    } catch (thrown) {
      this.#run.problem(this.#run.codec.notEncoded(thrown, `'${path}'`), path);
      return {};
    }
  }

  #path(node: number): Path {
    return this.#run.kernel.pathAt(node);
  }

  #regionPath(region: number): Path {
    return region === 0 ? '' : (this.#run.kernel.template.regions[region]?.name ?? '');
  }
}

function kindOf(error: unknown): FailureKind {
  if (error instanceof CallbackError) return 'callback';
  if (error instanceof TimeoutError) return 'timeout';
  if (error instanceof CrashedError) return 'crashes';
  return error instanceof EncodeError ? 'encode' : 'error';
}

function breakPointOf(error: unknown): BreakPoint | undefined {
  if (!(error instanceof CallbackError)) return undefined;
  const { kind, level, order } = error.callback;
  return { stage: kind.startsWith('before') ? 'before' : 'after', level, order };
}
