import type { Draft } from './draft.ts';
import type { Entry, Path, Row, SuspendedResource } from './entry.ts';
import { CorruptJournalError } from './journal-errors.ts';
import { close, FLOW } from './latching.ts';
import { NestedPaths, outerOf } from './nested-paths.ts';
import { ended, isReplayed, lost, type Outcome, reset, retrying, returned, skipped, started, startedFirst } from './path-records.ts';
import type { LatchRecord, PathRecord, Snapshot } from './snapshot.ts';
import { changed, GrowingWorks, iterated, working, written } from './work-records.ts';

type Created = Extract<Entry, { readonly t: 'created' }>;
type Working = Extract<Entry, { readonly t: 'opened' | 'decided' | 'iterated' | 'expanded' | 'parked' }>;
type Head = Pick<Snapshot, 'format' | 'flow' | 'fingerprint' | 'input' | 'options' | 'createdAt'>;

/**
 * Returns the state of a run after these rows. With `from` they are those that come after it; nothing that is given is changed.
 *
 * @throws CorruptJournalError - a row is missing or comes twice, or the first entry does not create the run
 */
export function fold(rows: readonly Row[], from?: Snapshot): Snapshot {
  const folding = new Folding(from);
  for (const row of rows) folding.add(row);
  return folding.snapshot();
}

/** A state in the making. */
export class Folding {
  readonly #runId: string | undefined;
  #head: Head | undefined;
  #seq: number;
  #at = 0;
  #moments: number;
  #owner: string | undefined;
  #epoch: number;
  #recovered: number;
  #recoveredAt: number | undefined;
  #ended: Snapshot['ended'];
  #startedAt: number | undefined;
  readonly #paths: Map<Path, PathRecord>;
  // most runs have none of these three
  #latches: Map<Path, LatchRecord> | undefined;
  #paused: Set<Path> | undefined;
  #resources: Map<Path, readonly SuspendedResource[]> | undefined;
  /** What is inside of what; worked out when something is dropped for the first time. */
  #nested: NestedPaths | undefined = undefined;
  #works: GrowingWorks | undefined = undefined;

  /** @param runId - whose state it is, for messages */
  constructor(from?: Snapshot, runId?: string) {
    this.#runId = runId;
    this.#head = from;
    this.#seq = from?.seq ?? 0;
    this.#moments = from?.moments ?? 0;
    this.#owner = from?.owner;
    this.#epoch = from?.epoch ?? 0;
    this.#recovered = from?.recovered ?? 0;
    this.#recoveredAt = from?.recoveredAt;
    this.#ended = from?.ended;
    this.#startedAt = from?.startedAt;
    this.#paths = new Map(from && Object.entries(from.paths));
    this.#latches = from && new Map(from.latches.map((latch) => [latch.p, latch]));
    this.#paused = from && new Set(from.paused);
    this.#resources = from && new Map(Object.entries(from.resources));
  }

  add({ seq, at, entries }: Row): void {
    if (seq !== this.#seq + 1) this.#fail(this.#gap(seq), seq);
    this.#seq = seq;
    this.#at = at;
    for (const entry of entries) {
      if (this.#head === undefined && entry.t !== 'created') this.#fail(`its first entry is '${entry.t}' instead of 'created'`, seq);
      if (this.#head !== undefined && entry.t === 'created') this.#fail(`row ${seq} creates the run once more`, seq);
      this.#apply(entry);
    }
  }

  /** What has come of it; it shares its lists with that, so that nothing is to be added any more. */
  snapshot(): Snapshot {
    const head = this.#head ?? this.#fail('it has no entry', undefined);
    const { format, flow, fingerprint, input, options, createdAt } = head;
    const state: Draft<Snapshot> = {
      format,
      flow,
      fingerprint,
      input,
      options,
      createdAt,
      seq: this.#seq,
      moments: this.#moments,
      owner: this.#owner,
      epoch: this.#epoch,
      paths: Object.fromEntries(this.#paths),
      latches: this.#latches === undefined ? [] : [...this.#latches.values()],
      paused: this.#paused === undefined ? [] : [...this.#paused],
      resources: this.#resources === undefined ? {} : Object.fromEntries(this.#resources),
      recovered: this.#recovered,
    };
    if (this.#startedAt !== undefined) state.startedAt = this.#startedAt; // not spread: see `changed`
    if (this.#recoveredAt !== undefined) state.recoveredAt = this.#recoveredAt;
    if (this.#ended !== undefined) state.ended = this.#ended;
    return state;
  }

  #apply(entry: Entry): void {
    switch (entry.t) {
      case 'created':
        return this.#create(entry);
      case 'claimed':
        return this.#claim(entry.owner, entry.epoch);
      case 'started':
        return this.#start(entry);
      case 'opened':
        return this.#set(entry.p, changed(this.#open(entry), { opened: true }));
      case 'decided':
        return this.#set(entry.p, working(this.#open(entry), { decided: entry.v }, this.#at));
      case 'iterated':
        this.#drop(entry.p);
        return this.#set(entry.p, iterated(this.#open(entry), entry, this.#at));
      case 'expanded':
        return this.#expand(entry);
      case 'parked':
        return this.#set(entry.p, working(this.#open(entry), { until: entry.until }, this.#at));
      case 'received':
        return; // the inbox knows
      case 'returned':
        return this.#set(entry.p, returned(this.#paths.get(entry.p), entry, this.#at));
      case 'succeeded':
      case 'failed':
      case 'stopped':
        return this.#end(entry);
      case 'skipped':
        return this.#set(entry.p, skipped(this.#paths.get(entry.p), entry, this.#at, this.#moments++));
      case 'retrying':
        return this.#set(entry.p, retrying(this.#paths.get(entry.p), entry, this.#at));
      case 'latched':
        return this.#latch(entry);
      case 'paused':
        return void (this.#paused ??= new Set()).add(entry.p);
      case 'resumed':
        return void this.#paused?.delete(entry.p);
      case 'suspended':
        return void (this.#resources ??= new Map()).set(entry.p, entry.resources);
      case 'recovered':
        return this.#recover(entry.again);
      case 'migrated':
        this.#head = { ...(this.#head as Head), fingerprint: entry.fingerprint }; // `add` lets nothing pass before it
        return;
      case 'ended':
        this.#ended = { s: entry.s, at: this.#at };
        if (entry.s === 'succeeded') this.#resources?.clear();
        return;
      default:
        return entry satisfies never;
    }
  }

  #create({ format, flow, fingerprint, input, options }: Created): void {
    this.#head = { format, flow, fingerprint, input, options, createdAt: this.#at };
  }

  /** Somebody new is at work: nobody knows how far the attempts came that were made before. */
  #claim(owner: string, epoch: number): void {
    if (epoch <= this.#epoch) this.#fail(`row ${this.#seq} is a claim of epoch ${epoch} after one of epoch ${this.#epoch}`, this.#seq);
    if (this.#epoch === 0 && this.#at !== this.#head?.createdAt) this.#startedAt = this.#at;
    this.#owner = owner;
    this.#epoch = epoch;
    this.#paths.forEach((record, path) => { // no pair for each
      if (record.s === 'started') this.#paths.set(path, lost(record, this.#at));
    });
  }

  #start(entry: Extract<Entry, { readonly t: 'started' }>): void {
    const known = this.#paths.get(entry.p);
    if (known === undefined && entry.x === undefined) return this.#set(entry.p, startedFirst(entry.n, this.#at, this.#moments++));
    const record = started(known, entry, this.#at);
    if (record.begin === undefined) record.begin = this.#moments++;
    this.#set(entry.p, record);
  }

  /** The record of a composite step at work. */
  #open({ t, p, w }: Working): PathRecord {
    const known = this.#paths.get(p);
    return known?.s === 'open' ? written(known, w) : this.#fail(`row ${this.#seq} says '${t}' of '${p}', which is not at work as a composite step`, this.#seq);
  }

  #expand(entry: Extract<Entry, { readonly t: 'expanded' }>): void {
    const known = this.#open(entry);
    const count = known.work?.keys?.length ?? 0;
    if (entry.from !== count) this.#fail(`row ${this.#seq} has items of '${entry.p}' from position ${entry.from} on, and ${count} are known`, this.#seq);
    this.#set(entry.p, (this.#works ??= new GrowingWorks()).expanded(known, entry, this.#at));
  }

  #end(entry: Extract<Entry, { readonly t: Outcome }>): void {
    if (entry.t === 'succeeded' && entry.x !== undefined) this.#drop(entry.p);
    this.#set(entry.p, ended(this.#paths.get(entry.p), entry, this.#at, this.#moments++));
  }

  /** Forgets what was recorded inside of a composite step. */
  #drop(path: Path): void {
    this.#nested ??= new NestedPaths(this.#paths.keys());
    for (const inner of this.#nested.take(path)) this.#paths.delete(inner);
    for (const regions of [this.#resources, this.#latches]) {
      for (const place of regions?.keys() ?? []) if (place.startsWith(`${path}#`) || place.startsWith(`${path}/`)) regions?.delete(place);
    }
  }

  /** A closed region is not paused any more, and neither are the processes of a closed flow. */
  #latch(entry: Extract<Entry, { readonly t: 'latched' }>): void {
    if (!close((this.#latches ??= new Map<Path, LatchRecord>()), entry, this.#at)) return;
    if (entry.p === FLOW) this.#paused?.clear();
    else this.#paused?.delete(entry.p);
  }

  #recover(again: readonly Path[] = []): void {
    for (const path of again) this.#paths.delete(path);
    for (const [path, record] of this.#paths) {
      if (this.#isInsideOfSuccess(path)) continue;
      if (isReplayed(path, record, this.#paths)) this.#paths.delete(path);
      else if (record.s === 'failed' || record.s === 'stopped') this.#set(path, reset(record, this.#at));
    }
    this.#latches = undefined;
    this.#paused = undefined;
    this.#ended = undefined;
    this.#recovered++;
    this.#recoveredAt = this.#at;
  }

  /** Of a call that succeeded everything stays as it is, also when a callback after it failed: its value is made of it. */
  #isInsideOfSuccess(path: Path): boolean {
    for (let outer = outerOf(path); outer !== undefined; outer = outerOf(outer)) {
      const record = this.#paths.get(outer);
      if (record?.s === 'succeeded' || record?.how === 'succeeded') return true;
    }
    return false;
  }

  #set(path: Path, record: PathRecord): void {
    if (this.#nested !== undefined && !this.#paths.has(path)) this.#nested.add(path);
    this.#paths.set(path, record);
  }

  #gap(seq: number): string {
    if (seq <= this.#seq) return seq === this.#seq ? `row ${seq} comes twice` : `row ${seq} comes after row ${this.#seq}`;
    return `row ${this.#seq + 1} is missing: ${this.#seq === 0 ? `the first one is row ${seq}` : `row ${seq} comes after row ${this.#seq}`}`;
  }

  #fail(what: string, seq: number | undefined): never {
    throw new CorruptJournalError(what, this.#runId, seq);
  }
}
