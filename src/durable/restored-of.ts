import { Joins } from '../run/kernel/joins.ts';
import type { PastNode } from '../run/kernel/recall.ts';
import type { Plan } from '../run/plan.ts';
import type { Restored } from '../run/restored.ts';
import type { EncodedWrite, Path } from './entry.ts';
import { historyOf, type NodeRecord, pastOf, recordsIn, recordsOf, reopeningOf, stateOfRecord, writeOf, writesOf } from './node-records.ts';
import type { RunCodec } from './run-codec.ts';
import type { Snapshot } from './snapshot.ts';
import { latchesOf, pathIn, reasonAt, regionsOf } from './past-latches.ts';
import { insideOfRecord } from './past-failures.ts';
import { pastWorkOf } from './past-works.ts';

/**
 * Translates the state of a recorded run into what a run goes on with. Paths that the definition does not have are left out; whether
 * there may be any is for others to say.
 */
export function restoredOf(snapshot: Snapshot, plan: Plan, codec: RunCodec): Restored {
  const records = recordsOf(snapshot, plan);
  const latches = latchesOf(records, snapshot, plan, codec);
  const outer: Outer = { snapshot, codec, reasonAt: (place) => reasonAt(place, snapshot, codec, latches) };
  return restoredScope(records, plan, undefined, outer, {
    input: codec.decode(snapshot.input),
    startedAt: snapshot.startedAt ?? snapshot.createdAt,
    timedFrom: snapshot.recoveredAt ?? snapshot.startedAt ?? snapshot.createdAt,
    latches,
    paused: snapshot.paused.length === 0 ? [] : snapshot.paused.flatMap((p) => regionsOf(plan).get(p) ?? []),
  });
}

/** What all scopes of a run are read from. */
interface Outer {
  readonly snapshot: Snapshot;
  readonly codec: RunCodec;
  /** Why what is inside of a place was stopped. */
  reasonAt(place: string): unknown;
}

/**
 * The same for a body, or for a flow that is called.
 *
 * @param place - what its paths begin with
 */
function insideOf(place: string, plan: Plan, outer: Outer): Restored | undefined {
  const { snapshot, codec } = outer;
  const records = recordsIn(snapshot, plan, place);
  const host = snapshot.paths[place];
  if (records.length === 0 && host?.work?.decided === undefined) return undefined; // a flow that is called may be paused before its first step
  const latches = latchesOf(records, snapshot, plan, codec, place);
  const startedAt = host?.since ?? records.reduce((first, [, { since, at }]) => Math.min(first, since ?? at), Infinity);
  const timedFrom = Math.max(startedAt, snapshot.recoveredAt ?? 0);
  const lastAt = records.reduce((last, [, { at }]) => Math.max(last, at), startedAt);
  return restoredScope(records, plan, place, outer, { lastAt, input: undefined, startedAt, timedFrom, latches, paused: [] });
}

/** What is known of a scope apart from its nodes. */
type Whole = Pick<Restored, 'input' | 'startedAt' | 'lastAt' | 'timedFrom' | 'latches' | 'paused'>;

function restoredScope(
  records: readonly NodeRecord[],
  plan: Plan,
  place: string | undefined,
  outer: Outer,
  { latches, ...whole }: Whole,
): Restored {
  const { snapshot, codec } = outer;
  const reasonOf = (node: number): unknown => {
    const region = plan.template.regionOf[node];
    const latch = latches.find((one) => one.region === region) ?? latches.find((one) => one.region === 0);
    return latch === undefined && place !== undefined ? outer.reasonAt(place) : latch?.latch.reason;
  };
  const nodes: PastNode[] = [];
  let [writes, reopenings, crashes, works, insides]: Rare = [none, none, none, none, none];
  for (const [node, record] of records) {
    nodes.push(pastOf(node, record, codec, reasonOf));
    if (record.crashes !== undefined) crashes = withOne(crashes, node, record.crashes);
    if (record.w !== undefined && record.n > 0) writes = withOne(writes, node, writesOf(record, codec)); // else it has not started since it was reset
    const reopening = reopeningOf(node, record, plan, codec);
    if (reopening !== undefined) reopenings = withOne(reopenings, node, reopening);
    const work = record.kind === 'composite' ? pastWorkOf(record, pathIn(place, plan.pathAt(node)), snapshot, codec) : undefined;
    const inside = record.of === undefined ? undefined : insideOfRecord(record, snapshot, codec);
    if (inside !== undefined) insides = withOne(insides, node, inside);
    if (work !== undefined) works = withOne(works, node, work);
  }
  const { lastAt, input, startedAt, timedFrom, paused } = whole; // one by one: V8 makes a slow object of a spread and more fields
  return {
    lastAt,
    input,
    startedAt,
    timedFrom,
    paused,
    latches,
    past: { history: historyOf(records, plan.template), nodes },
    writes,
    reopenings,
    crashes,
    resources: resourcesIn(snapshot, plan, place, codec),
    insides,
    works,
    inside: plan.template.composites === undefined ? nothingInside : (inner, innerPlan) => insideOf(inner, innerPlan, outer),
  };
}

/** A run without composite steps need not keep what was recorded of it. */
const nothingInside = (): undefined => undefined;

/** Most runs have none of these, and share this. */
const none: ReadonlyMap<number, never> = new Map<number, never>();

type Rare = [Restored['writes'], Restored['reopenings'], Restored['crashes'], Restored['works'], Restored['insides']];

function withOne<Value>(known: ReadonlyMap<number, Value>, node: number, value: Value): ReadonlyMap<number, Value> {
  return known === none ? new Map([[node, value]]) : (known as Map<number, Value>).set(node, value); // it was made here
}

function resourcesIn({ resources }: Snapshot, plan: Plan, place: string | undefined, codec: RunCodec): Restored['resources'] {
  if (isEmpty(resources)) return none;
  const regions = regionsOf(plan, place);
  return new Map(
    Object.entries(resources).flatMap(([p, kept]) => {
      const region = regions.get(p);
      if (region === undefined) return [];
      const entry = (write: EncodedWrite): { readonly key: string; readonly isTyped: boolean; readonly value: unknown } => {
        const { name, isTyped, value } = writeOf(write, codec);
        return { key: name, isTyped, value };
      };
      return [[region, kept.map(({ name, entity, entries }) => ({ name, entity: codec.decode(entity), entries: entries.map(entry) }))] as const];
    }),
  );
}

/**
 * The callbacks after processes that went well and run again all the same when the run is recovered: those of processes in which steps are open
 * then.
 *
 * @param place - what the paths of a flow that is called begin with
 */
export function replayedIn(recovered: Snapshot, plan: Plan, place?: string): readonly Path[] {
  const { template } = plan;
  const records = place === undefined ? recordsOf(recovered, plan) : recordsIn(recovered, plan, place);
  const after = records.filter(([node, { s }]) => s === 'succeeded' && template.works[node - template.stepCount]?.end === 'after');
  if (after.length === 0) return [];
  const joins = new Joins(template, { admit: () => undefined });
  const nodes = records.map(([node, record]) => ({ node, state: stateOfRecord(record), value: undefined, attempt: 1, retryAt: 0, since: record.since }));
  joins.recall({ history: historyOf(records, template), nodes });
  return after.flatMap(([node]) => (joins.openSteps(template.regionOf[node] as number).length > 0 ? [pathIn(place, plan.pathAt(node))] : []));
}

function isEmpty(given: object): boolean {
  for (const _ in given) return false;
  return true;
}
