import type { Draft } from './draft.ts';
import type { EncodedWrite, Entry, Path } from './entry.ts';
import type { PathRecord, PathState } from './snapshot.ts';
import { changed, merged, workReset } from './work-records.ts';

/** Ends that a later recovery may take back, and success. */
export type Outcome = 'succeeded' | 'failed' | 'stopped';

type EntryOf<Kind extends Entry['t']> = Extract<Entry, { readonly t: Kind }>;

/** What stays of a record whatever happens next: the first start, the attempt, the keys that the node set, and what it is and has decided. */
function next(known: PathRecord | undefined, s: PathState, at: number, w?: readonly EncodedWrite[]): Draft<PathRecord> {
  const draft: Draft<PathRecord> = { s, n: known?.n ?? 0, at };
  if (known?.begin !== undefined) draft.begin = known.begin;
  if (known?.since !== undefined) draft.since = known.since;
  if (known?.crashes !== undefined) draft.crashes = known.crashes;
  if (known?.kind !== undefined) draft.kind = known.kind;
  if (known?.opened !== undefined) draft.opened = known.opened;
  if (known?.work !== undefined) draft.work = known.work;
  const layer = merged(known?.w, w);
  if (layer !== undefined) draft.w = layer;
  return draft;
}

/**
 * An attempt starts. One that goes on somewhere goes on there again when the process at work dies. One that had succeeded is replayed: nothing
 * of it is left.
 */
export function started(before: PathRecord | undefined, { n, x }: EntryOf<'started'>, at: number): Draft<PathRecord> {
  const known = before?.s === 'succeeded' ? undefined : before;
  const draft = next(known, x === undefined ? 'started' : 'open', at);
  draft.n = n;
  if (x !== undefined) draft.kind = 'composite';
  if (draft.since === undefined || known?.s === 'reset') draft.since = at;
  if (known?.s !== 'reset' && known?.s !== 'lost') return draft;
  if (known.why !== undefined) draft.why = known.why;
  return goesOn(draft, known);
}

/** An attempt of a step of which nothing is known starts: the same in one object, as nearly all do. */
export function startedFirst(n: number, at: number, begin: number): PathRecord {
  return { s: 'started', n, at, since: at, begin };
}

/** The process at work died during an attempt. */
export function lost(known: PathRecord, at: number): PathRecord {
  if (isPlain(known)) {
    const { n, since, begin } = known;
    return { s: 'lost', n, at, since, begin, crashes: 1 };
  }
  return changed(known, { s: 'lost', at, crashes: (known.crashes ?? 0) + 1 });
}

/** Another attempt comes later. */
export function retrying(known: PathRecord | undefined, entry: EntryOf<'retrying'>, at: number): PathRecord {
  const draft = next(known, 'retrying', at, entry.w);
  draft.n = entry.n;
  draft.retryAt = entry.at;
  draft.e = entry.e;
  return draft;
}

/** The function of a step has ended; callbacks after it are still to run. */
export function returned(known: PathRecord | undefined, entry: EntryOf<'returned'>, at: number): PathRecord {
  const draft = next(known, 'returned', at, entry.w);
  draft.how = entry.s;
  if (entry.s === 'succeeded' && entry.v !== undefined) draft.v = entry.v;
  if (entry.s === 'failed') {
    draft.e = entry.e;
    draft.why = entry.why;
    if (entry.of !== undefined) draft.of = entry.of;
  }
  return draft;
}

/** A node has its outcome. Without success it keeps that of its function, so that nothing runs it again. */
export function ended(known: PathRecord | undefined, entry: EntryOf<Outcome>, at: number, moment: number): PathRecord {
  if (known !== undefined && isPlain(known) && entry.t === 'succeeded' && entry.v !== undefined && entry.w === undefined && entry.x === undefined) {
    const { n, begin, since } = known;
    return { s: 'succeeded', n, at, begin, since, end: moment, v: entry.v };
  }
  const draft = next(known, entry.t, at, entry.w);
  draft.end = moment;
  if (known !== undefined) goesOn(draft, known);
  else if (entry.x !== undefined) draft.kind = 'item'; // nothing else ends that was never at work
  if (entry.t === 'succeeded') {
    delete draft.how;
    delete draft.breakPoint;
    delete draft.opened;
    if (entry.x !== undefined) delete draft.work;
    if (entry.v !== undefined) draft.v = entry.v;
    return draft;
  }
  if (entry.abandoned) draft.abandoned = true;
  if (entry.t === 'stopped') return draft;
  draft.e = entry.e;
  draft.why = entry.why;
  if (entry.of !== undefined) draft.of = entry.of;
  if (entry.at !== undefined) draft.breakPoint = entry.at;
  else if (draft.how === undefined && entry.why !== 'crashes') delete draft.breakPoint; // it came to the function, which failed
  return draft;
}

/** A record of nearly all steps that end: nothing is known of it but when it started. What comes of it is made at once, in a third of the time. */
function isPlain(known: PathRecord): known is PathRecord & Required<Pick<PathRecord, 'begin' | 'since'>> {
  const { s, begin, since, crashes, kind, w, work, opened, how, why, breakPoint } = known;
  if (s !== 'started' || begin === undefined || since === undefined || crashes !== undefined || kind !== undefined) return false;
  return w === undefined && work === undefined && opened === undefined && how === undefined && why === undefined && breakPoint === undefined;
}

/** The condition of a node passed it over. */
export function skipped(known: PathRecord | undefined, { cascade, e }: EntryOf<'skipped'>, at: number, moment: number): PathRecord {
  const kind = known?.kind;
  return { s: 'skipped', ...(kind && { kind }), n: known?.n ?? 0, at, end: moment, ...(cascade && { cascade }), ...(e !== undefined && { e }) };
}

/**
 * A node that failed or was stopped starts afresh, but for the keys that it set; until then it is known when it started.
 * If its function succeeded, it goes on behind that: at the callback that broke it off, or at the first one. A break point behind a function
 * that did not succeed means nothing: that runs again. A composite step goes on with what it has decided.
 */
export function reset(known: PathRecord, at: number): PathRecord {
  const draft: Draft<PathRecord> = { s: 'reset', n: 0, at };
  if (known.since !== undefined) draft.since = known.since;
  if (known.w !== undefined) draft.w = known.w;
  if (known.why !== undefined) draft.why = known.why;
  if (known.kind !== undefined) draft.kind = known.kind;
  if (known.opened !== undefined) draft.opened = known.opened;
  if (known.work !== undefined) draft.work = workReset(known.work);
  goesOn(draft, known);
  if (draft.breakPoint?.stage === 'after' && draft.how === undefined) delete draft.breakPoint;
  return draft;
}

/**
 * Whether a recovery forgets a node, so that it runs from its beginning: the callbacks after the flow or one that it calls, those after a
 * process that did not go well, and an item that did not. Whether callbacks that did are replayed depends on what is left to do in their
 * process, which only its graph can tell.
 */
export function isReplayed(path: Path, { s, kind }: PathRecord, paths: ReadonlyMap<Path, PathRecord>): boolean {
  if (kind === 'item') return s !== 'succeeded';
  if (path === '@after') return true;
  return path.endsWith('/@after') && (s !== 'succeeded' || paths.get(path.slice(0, -'/@after'.length))?.kind === 'composite');
}

/** Keeps where a node goes on: behind its function if that succeeded, and at which callback. */
function goesOn(draft: Draft<PathRecord>, { how, v, breakPoint }: PathRecord): Draft<PathRecord> {
  if (how === 'succeeded') {
    draft.how = how;
    if (v !== undefined) draft.v = v;
  }
  if (breakPoint !== undefined) draft.breakPoint = breakPoint;
  return draft;
}
