import type { Latch } from '../run/kernel/latches.ts';
import type { Plan } from '../run/plan.ts';
import type { Restored } from '../run/restored.ts';
import type { Path } from './entry.ts';
import type { NodeRecord } from './node-records.ts';
import type { RunCodec } from './run-codec.ts';
import type { LatchRecord, Snapshot } from './snapshot.ts';

/**
 * What closed a scope or one of its processes.
 *
 * @param place - what the paths of a body, or of a flow that is called, begin with
 */
export function latchesOf(records: readonly NodeRecord[], snapshot: Snapshot, plan: Plan, codec: RunCodec, place?: string): Restored['latches'] {
  if (snapshot.latches.length === 0 && !snapshot.options.failFast) return [];
  const regions = regionsOf(plan, place);
  const closed = snapshot.latches.flatMap((record) => {
    const region = regions.get(record.p);
    return region === undefined ? [] : [{ region, latch: latchOf(record, codec), at: record.at }];
  });
  return closed.some(({ region }) => region === 0) ? closed : [...closed, ...failureIn(records, snapshot, codec)];
}

/** Why what is inside of a place was stopped: by what closed a flow around it, its process, or the run. */
export function reasonAt(place: string, { latches: records }: Snapshot, codec: RunCodec, latches: Restored['latches']): unknown {
  const around = records.filter(({ p }) => p !== '' && [p, `${p}/`, `${p}#`].some((start, at) => (at === 0 ? place === start : place.startsWith(start))));
  const [nearest] = around.sort((a, b) => b.p.length - a.p.length);
  return nearest === undefined ? latches.find(({ region }) => region === 0)?.latch.reason : latchOf(nearest, codec).reason;
}

/** The regions of a scope by their paths: the whole, and its processes. */
export function regionsOf(plan: Plan, place?: string): ReadonlyMap<Path, number> {
  return new Map(plan.template.regions.map(({ name }, region) => [region === 0 ? (place ?? '') : pathIn(place, name), region]));
}

export function pathIn(place: string | undefined, path: string): Path {
  return place === undefined ? path : `${place}/${path}`;
}

function latchOf({ mode, why, force, v }: LatchRecord, codec: RunCodec): Latch {
  return { mode, why, reason: v === undefined ? undefined : codec.decode(v), ...(force === true && { force }) };
}

/** What closed a run that fails fast: its first failure, if anything was open then. It is not recorded, because it follows. */
function failureIn(records: readonly NodeRecord[], { options }: Snapshot, codec: RunCodec): Restored['latches'] {
  const failed = options.failFast ? records.find(([, { s }]) => s === 'failed')?.[1] : undefined;
  if (failed?.e === undefined || !records.some(([, { end = 0 }]) => end > (failed.end ?? 0))) return [];
  return [{ region: 0, latch: { mode: 'abort', why: 'failure', reason: codec.decode(failed.e) }, at: failed.at }];
}
