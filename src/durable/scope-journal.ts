import type { WorkedOutcome } from '../define/callbacks.ts';
import type { StepFailure } from '../define/run.ts';
import type { ResourceRecord } from '../run/attachment.ts';
import type { RecordedScope, ScopeJournal } from '../run/journal.ts';
import { FAILED, PASSED_ON, SKIPPED, STOPPED, SUCCEEDED } from '../run/kernel/cells.ts';
import { STARTED } from '../run/kernel/history.ts';
import type { Latch } from '../run/kernel/latches.ts';
import { NodeSet } from '../run/kernel/node-set.ts';
import type { Entry, Path } from './entry.ts';
import { breakPointOf, type Kept, keptEnd, kindOf } from './kept-ends.ts';
import type { RunCodec } from './run-codec.ts';

const nothingKept: Kept = {};

/** The row in the making, which all scopes of a run write to. */
export interface Page {
  entries: Entry[];
  /** The ids of messages that leave the inbox with it. */
  readonly consumed: string[];
  readonly codec: RunCodec;
  /** Whether what is recorded is read back at once, so that everybody gets copies of it. */
  readonly isStrict: boolean;
  /** The wall time. */
  now(): number;
  /** Something could not be recorded that is not the value of a step. */
  problem(error: Error, path: string): void;
}

/**
 * Writes what happens in one scope of a run. First starts and outcomes are read from its kernel's history; everything else it is told.
 * What paused a body follows from what paused the run, and so does what closed it, unless its own time was up.
 */
export class ScopeRecorder implements ScopeJournal {
  protected readonly page: Page;
  readonly #scope: RecordedScope;
  /** How far the history of the kernel is written. */
  #seen: number;
  /** How many closed regions are written. */
  #closed: number;
  /** The nodes of which something is recorded. */
  readonly #known: NodeSet;
  /** The ends of nodes that the kernel does not know yet, or that are not written. */
  readonly #kept: (Kept | undefined)[] = [];

  /** The keys of composite steps at work, as they are written. */
  #layers: Map<number, string> | undefined = undefined;

  /** @param closed - how many closed regions are written */
  constructor(scope: RecordedScope, page: Page, closed: number = scope.kernel.closings?.length ?? 0) {
    this.#scope = scope;
    this.#closed = closed;
    this.page = page;
    this.#seen = scope.seen;
    this.#known = new NodeSet(scope.known);
  }

  keep(node: number, end: WorkedOutcome): WorkedOutcome {
    const [kept, counts] = keptEnd(this.page, end, {
      path: this.#path(node),
      isRebuilt: this.#scope.kernel.template.composites?.[node]?.kind === 'call',
      writes: this.#scope.writesOf(node),
      writeBack: this.#scope.writeBack && this.#writeBackOf(node),
    });
    this.#kept[node] = kept;
    return counts;
  }

  #writeBackOf(node: number): (key: unknown, value: unknown) => void {
    return (key, value) => this.#scope.writeBack?.(node, key, value);
  }

  returned(node: number, end: WorkedOutcome): void {
    const p = this.#path(node);
    const { v, e, w } = this.#kept[node] ?? nothingKept;
    const set = w && { w };
    if (end.status === 'succeeded') this.#add({ t: 'returned', p, s: 'succeeded', ...(v !== undefined && { v }), ...set });
    else if (end.status === 'failed') this.#add({ t: 'returned', p, s: 'failed', e: e ?? this.page.codec.error(end.error), why: kindOf(end.error), ...this.#insideOf(node), ...set });
    else this.#add({ t: 'returned', p, s: 'stopped', ...set });
  }

  restarted(node: number, attempt: number): void {
    this.#known.add(node);
    this.#add(this.#started(node, attempt));
  }

  retrying(node: number, attempt: number, retryAt: number, error: Error): void {
    const path = this.#path(node);
    this.#add({ t: 'retrying', p: path, n: attempt, at: retryAt, e: this.page.codec.error(error), ...this.#tryWrites(node, path) });
  }

  /** Where nothing stands before the work of a step, everything there is through. */
  opened(node: number): void {
    const { conditional, chains } = this.#scope.kernel.template;
    if (conditional?.[node] === 1 || (chains?.[node]?.before.length ?? 0) > 0) this.#add({ t: 'opened', p: this.#path(node), ...this.#newWrites(node) });
  }

  decided(node: number, value: unknown): unknown {
    const p = this.#path(node);
    const v = this.#encoded(value, `the input of the flow that '${p}' calls`);
    this.#add({ t: 'decided', p, v, ...this.#newWrites(node) });
    return this.page.isStrict ? this.page.codec.decode(v) : value;
  }

  again(node: number, index: number, at: number, error?: Error): void {
    const begins = at > this.page.now() ? { at } : {};
    this.#add({ t: 'iterated', p: this.#path(node), i: index, ...begins, ...(error !== undefined && { e: this.page.codec.error(error) }), ...this.#newWrites(node) });
  }

  expanded(node: number, from: number, keys: readonly string[], items: readonly unknown[] | undefined, isLast: boolean): readonly unknown[] | undefined {
    const p = this.#path(node);
    const texts = items?.map((item, place) => this.#encoded(item, `item '${keys[place] ?? place}' of '${p}'`));
    this.#add({ t: 'expanded', p, from, keys, ...(texts !== undefined && { items: texts }), last: isLast, ...this.#newWrites(node) });
    return this.page.isStrict ? texts?.map((text) => this.page.codec.decode(text)) : items;
  }

  itemEnded(node: number, key: string, end: WorkedOutcome, failures: readonly StepFailure[] | undefined): WorkedOutcome {
    const p = `${this.#path(node)}/${key}`;
    const [{ v, e }, counts] = keptEnd(this.page, end, { path: p, isRebuilt: false, writes: [] });
    if (counts.status === 'succeeded') this.#add({ t: 'succeeded', p, ...(v !== undefined && { v }), x: 1 });
    else if (counts.status === 'failed') this.#add({ t: 'failed', p, e: e ?? this.page.codec.error(counts.error), why: kindOf(counts.error), ...pathsOf(counts === end ? failures : undefined), x: 1 });
    else this.#add({ t: 'stopped', p, x: 1 });
    return counts;
  }

  parked(node: number, until: number): void {
    this.#add({ t: 'parked', p: this.#path(node), until, ...this.#newWrites(node) });
  }

  consumed(node: number, id: string): void {
    this.#add({ t: 'received', p: this.#path(node), id });
    this.page.consumed.push(id);
  }

  suspended(region: number, records: readonly ResourceRecord[]): void {
    const p = this.regionPath(region);
    const { page } = this;
    this.#add({ t: 'suspended', p, resources: records.flatMap((record) => page.codec.resource(record, (error) => page.problem(error, p))) });
  }

  paused(_region: number, _paused: boolean): void {}

  /** Adds what the kernel has done before, so that entries stand in the order in which things happened. */
  catchUp(): void {
    const { kernel } = this.#scope;
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
      this.page.entries.push(this.#started(node, kernel.attempt(node)));
    }
    this.#latched(history.length);
  }

  /** Whether it is said here why a region was closed. What closes a body from outside is said there; a failure says so itself. */
  protected says({ why }: Latch): boolean {
    return why === 'timeout';
  }

  /** Writes which regions were closed before an entry of the history. */
  #latched(before: number): void {
    const { closings } = this.#scope.kernel;
    if (closings === undefined) return;
    for (let closing = closings[this.#closed]; closing !== undefined && closing.at <= before; closing = closings[++this.#closed]) {
      const { latch, region } = closing;
      const { mode, why, force, reason } = latch;
      if (why === 'failure' || !this.says(latch)) continue;
      const v = reason === undefined ? {} : { v: this.page.codec.reason(reason) };
      this.page.entries.push({ t: 'latched', p: this.regionPath(region), mode, why, ...(force === true && { force: true as const }), ...v });
    }
  }

  protected regionPath(region: number): Path {
    const { place, template } = this.#scope.kernel;
    const name = region === 0 ? '' : (template.regions[region]?.name ?? '');
    if (place === undefined) return name;
    return name === '' ? place : `${place}/${name}`;
  }

  #add(entry: Entry): void {
    this.catchUp();
    this.page.entries.push(entry);
  }

  #ended(node: number): void {
    const { kernel } = this.#scope;
    const { codec, entries } = this.page;
    const p = this.#path(node);
    const { v, e, w } = this.#kept[node] ?? nothingKept;
    this.#kept[node] = undefined;
    const set = w && { w };
    const abandoned = kernel.overruns?.abandoned.has(node) === true ? { abandoned: true as const } : {};
    const value = kernel.values[node];
    const composite = kernel.template.composites?.[node];
    switch (kernel.state(node)) {
      case SUCCEEDED: // what a call came to is what is inside of it
        if (w === undefined && composite === undefined) entries.push(v === undefined ? { t: 'succeeded', p } : { t: 'succeeded', p, v });
        else entries.push({ t: 'succeeded', p, ...(v !== undefined && { v }), ...set, ...(composite !== undefined && composite.kind !== 'call' && { x: 1 }) });
        break;
      case FAILED: {
        const at = breakPointOf(value, node < kernel.template.stepCount ? p : undefined);
        entries.push({ t: 'failed', p, e: e ?? codec.error(value), why: kindOf(value), ...(at && { at }), ...this.#insideOf(node), ...set, ...abandoned });
        break;
      }
      case SKIPPED:
      case PASSED_ON: {
        const cascade = kernel.state(node) === PASSED_ON ? { cascade: true as const } : {};
        entries.push({ t: 'skipped', p, ...cascade, ...(value !== undefined && { e: codec.error(value) }) });
        break;
      }
      case STOPPED:
        entries.push({ t: 'stopped', p, ...set, ...abandoned });
        break;
      default: // it was at work, so nothing else can have become of it
    }
  }

  /** @throws EncodeError - the value cannot be brought back */
  #encoded(value: unknown, what: string): string {
    try {
      return this.page.codec.value(value);
    } catch (thrown) {
      throw this.page.codec.notEncoded(thrown, what);
    }
  }

  /** The keys that a composite step has set: who set them is not asked again. They are written where they have changed. */
  #newWrites(node: number): Pick<Kept, 'w'> {
    const writes = this.#tryWrites(node, this.#path(node));
    if (writes.w === undefined) return nothingKept;
    const text = JSON.stringify(writes.w);
    this.#layers ??= new Map();
    if (this.#layers.get(node) === text) return {};
    this.#layers.set(node, text);
    return writes;
  }

  #tryWrites(node: number, path: Path): Pick<Kept, 'w'> {
    const { codec } = this.page;
    try {
      const writes = this.#scope.writesOf(node);
      return writes.length === 0 ? nothingKept : { w: codec.writes(writes) };
    } catch (thrown) {
      this.page.problem(codec.notEncoded(thrown, `'${path}'`), path);
      return {};
    }
  }

  #started(node: number, n: number): Entry {
    const p = this.#path(node);
    return this.#scope.kernel.template.composites?.[node] === undefined ? { t: 'started', p, n } : { t: 'started', p, n, x: 1 };
  }

  #insideOf(node: number): { readonly of?: readonly Path[] } {
    return pathsOf(this.#scope.kernel.insides?.get(node));
  }

  #path(node: number): Path {
    return this.#scope.kernel.pathAt(node);
  }
}

/** What is recorded of failures inside: their errors stand at their own paths. */
function pathsOf(failures: readonly { readonly path: Path }[] | undefined): { readonly of?: readonly Path[] } {
  return failures === undefined || failures.length === 0 ? {} : { of: failures.map(({ path }) => path) };
}
