import type { EncodedWrite, Entry } from './entry.ts';
import type { PathRecord, WorkRecord } from './snapshot.ts';

type EntryOf<Kind extends Entry['t']> = Extract<Entry, { readonly t: Kind }>;

/**
 * A record of which something changes. Not a spread with new fields behind it: those are ten times slower in V8 11, and what they make lives
 * until a full garbage collection.
 */
export function changed<Kept extends PathRecord | WorkRecord>(known: Kept, change: Partial<Kept>): Kept {
  return Object.assign({}, known, change);
}

/** A composite step goes on: what it has decided changes, and nothing else. */
export function working(known: PathRecord, change: Partial<WorkRecord>, at: number): PathRecord {
  return changed(known, { at, work: changed(known.work ?? {}, change) });
}

/** The same with keys that were set since. */
export function written(known: PathRecord, w: readonly EncodedWrite[] | undefined): PathRecord {
  const layer = w && merged(known.w, w);
  return layer === undefined ? known : changed(known, { w: layer });
}

/** The keys that were recorded before and those that are now: an entry need not repeat what was recorded. */
export function merged(before: readonly EncodedWrite[] | undefined, now: readonly EncodedWrite[] | undefined): readonly EncodedWrite[] | undefined {
  if (before === undefined || now === undefined) return now ?? before;
  const isSetNow = new Set(now.map(([kind, name]) => `${kind} ${name}`));
  return [...before.filter(([kind, name]) => !isSetNow.has(`${kind} ${name}`)), ...now];
}

/** Its body runs once more. */
export function iterated(known: PathRecord, { i, at: begins, e }: EntryOf<'iterated'>, at: number): PathRecord {
  const { e: _, ...rest } = known;
  const { at: __, ...work } = known.work ?? {};
  const next = changed<WorkRecord>(work, begins === undefined ? { index: i } : { index: i, at: begins });
  return changed<PathRecord>(rest, e === undefined ? { at, work: next } : { at, e, work: next });
}

/** It goes on after a recovery: with what it has decided, at once, and its attempts count anew. */
export function workReset(work: WorkRecord): WorkRecord {
  const { at: _, first: __, ...kept } = work;
  return work.index === undefined ? kept : changed<WorkRecord>(kept, { first: work.index });
}

interface Lists {
  readonly keys: string[];
  readonly items: string[] | undefined;
}

/**
 * The lists of items of composite steps that grow while rows are read, each in one list: to copy it for every item would take a time that
 * grows with its square.
 */
export class GrowingWorks {
  readonly #lists = new Map<string, Lists>();

  /** Adds items to those that are known. */
  expanded(known: PathRecord, { p, keys, items, last }: EntryOf<'expanded'>, at: number): PathRecord {
    const lists = this.#listsOf(p, known.work, items !== undefined);
    for (const key of keys) lists.keys.push(key);
    for (const item of items ?? []) lists.items?.push(item);
    return working(known, last ? { expanded: true, ...lists } : lists, at);
  }

  #listsOf(path: string, work: WorkRecord | undefined, withItems: boolean): { readonly keys: string[]; readonly items?: string[] } {
    const copied = (): Lists => ({ keys: [...(work?.keys ?? [])], items: withItems || work?.items !== undefined ? [...(work?.items ?? [])] : undefined });
    const lists = this.#lists.get(path) ?? copied(); // no path is that of two steps: those of later runs of a body are others
    this.#lists.set(path, lists);
    return { keys: lists.keys, ...(lists.items !== undefined && { items: lists.items }) };
  }
}
