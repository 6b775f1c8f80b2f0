import type { WorkedOutcome } from '../define/callbacks.ts';
import { FAILED, PARKED, PASSED_ON, RUNNING, SKIPPED, STOPPED, SUCCEEDED, WAITING } from '../run/kernel/cells.ts';
import { ENDED, PASSED, STARTED } from '../run/kernel/history.ts';
import { Joins } from '../run/kernel/joins.ts';
import type { Latch } from '../run/kernel/latches.ts';
import type { PastNode } from '../run/kernel/recall.ts';
import type { Plan } from '../run/plan.ts';
import type { Reopening, Restored, RestoredWrite } from '../run/restored.ts';
import { CrashedError } from './crashed-error.ts';
import type { EncodedWrite, Path } from './entry.ts';
import type { RunCodec } from './run-codec.ts';
import type { LatchRecord, PathRecord, PathState, Snapshot } from './snapshot.ts';

/** How often a step may be at work when its process dies, before it fails. */
export const mostCrashes = 5;

const states = {
  started: RUNNING,
  lost: RUNNING,
  returned: RUNNING,
  retrying: PARKED,
  reset: WAITING,
  succeeded: SUCCEEDED,
  failed: FAILED,
  skipped: SKIPPED,
  stopped: STOPPED,
} as const satisfies Record<PathState, number>;

/**
 * Translates the state of a recorded run into what a run goes on with. Paths that the definition does not have are left out; whether
 * there may be any is for others to say.
 */
export function restoredOf(snapshot: Snapshot, plan: Plan, codec: RunCodec): Restored {
  const records = recordsOf(snapshot, plan);
  const latches = [...snapshot.latches.flatMap((record) => latchOf(record, plan, codec)), ...failureIn(records, snapshot, codec)];
  const reasonOf = (node: number): unknown => {
    const region = plan.template.regionOf[node];
    return (latches.find((one) => one.region === region) ?? latches.find((one) => one.region === 0))?.latch.reason;
  };
  const regions = new Map(plan.template.regions.map(({ name }, region) => [region === 0 ? '' : name, region]));
  return {
    input: codec.decode(snapshot.input),
    startedAt: snapshot.startedAt ?? snapshot.createdAt,
    past: {
      history: historyOf(records),
      nodes: new Map(records.map(([node, record]) => [node, pastOf(record, codec, () => reasonOf(node))])),
    },
    writes: new Map(records.flatMap(([node, record]) => (record.w === undefined || record.s === 'reset' ? [] : [[node, writesOf(record, codec)] as const]))),
    reopenings: new Map(records.flatMap(([node, record]) => reopeningOf(node, record, plan, codec))),
    timedFrom: snapshot.recoveredAt ?? snapshot.startedAt ?? snapshot.createdAt,
    crashes: new Map(records.flatMap(([node, { crashes }]) => (crashes === undefined ? [] : [[node, crashes] as const]))),
    since: new Map(records.flatMap(([node, { since }]) => (since === undefined ? [] : [[node, since] as const]))),
    latches,
    paused: snapshot.paused.flatMap((p) => regions.get(p) ?? []),
    resources: new Map(
      Object.entries(snapshot.resources).flatMap(([p, kept]) => {
        const region = regions.get(p);
        if (region === undefined) return [];
        const entry = (write: EncodedWrite): { readonly key: string; readonly isTyped: boolean; readonly value: unknown } => {
          const { name, isTyped, value } = writeOf(write, codec);
          return { key: name, isTyped, value };
        };
        return [[region, kept.map(({ name, entity, entries }) => ({ name, entity: codec.decode(entity), entries: entries.map(entry) }))] as const];
      }),
    ),
  };
}

/**
 * The callbacks after processes that went well and run again all the same when the run is recovered: those of processes in which steps are open
 * then.
 */
export function replayedIn(recovered: Snapshot, plan: Plan): readonly Path[] {
  const { template } = plan;
  const records = recordsOf(recovered, plan);
  const after = records.filter(([node, { s }]) => s === 'succeeded' && template.works[node - template.stepCount]?.end === 'after');
  if (after.length === 0) return [];
  const joins = new Joins(template, { admit: () => undefined });
  const nodes = records.map(([node, { s }]) => [node, { state: states[s], value: undefined, attempt: 1, retryAt: 0 }] as const);
  joins.recall({ history: historyOf(records), nodes: new Map(nodes) });
  return after.flatMap(([node]) => (joins.openSteps(template.regionOf[node] as number).length > 0 ? [plan.pathAt(node)] : []));
}

type NodeRecord = readonly [node: number, record: PathRecord];

/** The records by node, in the order of their outcomes. */
function recordsOf({ paths }: Snapshot, plan: Plan): readonly NodeRecord[] {
  const known = Object.entries(paths).flatMap(([path, record]): NodeRecord[] => {
    const node = plan.nodeAt(path);
    return node === undefined ? [] : [[node, record]];
  });
  return known.sort(([, a], [, b]) => (a.end ?? Infinity) - (b.end ?? Infinity));
}

function historyOf(records: readonly NodeRecord[]): readonly number[] {
  const moments: (readonly [moment: number, entry: number])[] = [];
  for (const [node, { s, begin, end }] of records) {
    if (begin !== undefined) moments.push([begin, node * 4 + STARTED]);
    if (end !== undefined) moments.push([end, node * 4 + (s === 'skipped' ? PASSED : ENDED)]);
  }
  return moments.sort(([a], [b]) => a - b).map(([, entry]) => entry);
}

function pastOf({ s, n, v, e, retryAt, cascade }: PathRecord, codec: RunCodec, reason: () => unknown): PastNode {
  const error = (s === 'failed' || s === 'skipped') && e !== undefined ? codec.decode(e) : undefined;
  return {
    state: s === 'skipped' && cascade === true ? PASSED_ON : states[s],
    value: s === 'stopped' ? reason() : s === 'succeeded' && v !== undefined ? codec.decode(v) : error,
    attempt: s === 'started' || s === 'lost' ? n + 1 : n,
    retryAt: retryAt ?? 0,
  };
}

function reopeningOf(node: number, record: PathRecord, plan: Plan, codec: RunCodec): readonly (readonly [number, Reopening])[] {
  const { s, why, how, breakPoint, crashes = 0 } = record;
  if (s !== 'started' && s !== 'lost' && s !== 'returned' && s !== 'reset') return [];
  const failed = s === 'lost' && crashes > mostCrashes;
  const retries = record.n - crashes - (s === 'started' ? 1 : 0);
  return [
    [
      node,
      {
        // a function that failed was reached; so was one that is tried again
        begun: how !== undefined || retries > 0 || (why !== undefined && why !== 'crashes' && breakPoint?.stage !== 'before'),
        from: breakPoint === undefined || (s === 'returned' && breakPoint.stage === 'before') ? undefined : { level: breakPoint.level, order: breakPoint.order },
        end: failed ? { status: 'failed', error: new CrashedError(plan.pathAt(node), crashes) } : endOf(record, codec),
        writes: s === 'reset' ? writesOf(record, codec) : [],
      },
    ],
  ];
}

/** How the function of a node ended, if callbacks after it are all that is left. */
function endOf({ how, v, e }: PathRecord, codec: RunCodec): WorkedOutcome | undefined {
  if (how === 'succeeded') return { status: 'succeeded', value: v === undefined ? undefined : codec.decode(v) };
  if (how === 'failed') return { status: 'failed', error: codec.decode(e ?? '') as Error }; // what failed has an error
  return how === 'stopped' ? { status: 'stopped', reason: undefined } : undefined;
}

function writesOf({ w = [] }: PathRecord, codec: RunCodec): readonly RestoredWrite[] {
  return w.map((write) => writeOf(write, codec));
}

function writeOf([kind, name, value]: EncodedWrite, codec: RunCodec): RestoredWrite {
  return { name, isTyped: kind === 'typed', value: codec.decode(value) };
}

function latchOf({ p, mode, why, force, v, at }: LatchRecord, plan: Plan, codec: RunCodec): readonly Restored['latches'][number][] {
  const region = regionAt(p, plan);
  if (region === undefined) return [];
  const latch: Latch = { mode, why, reason: v === undefined ? undefined : codec.decode(v), ...(force === true && { force }) };
  return [{ region, latch, at }];
}

/** What closed a run that fails fast: its first failure, if anything was open then. It is not recorded, because it follows. */
function failureIn(records: readonly NodeRecord[], { options, latches }: Snapshot, codec: RunCodec): readonly Restored['latches'][number][] {
  const failed = options.failFast ? records.find(([, { s }]) => s === 'failed')?.[1] : undefined;
  if (failed?.e === undefined || latches.some(({ p }) => p === '') || !records.some(([, { end = 0 }]) => end > (failed.end ?? 0))) return [];
  return [{ region: 0, latch: { mode: 'abort', why: 'failure', reason: codec.decode(failed.e) }, at: failed.at }];
}

function regionAt(p: Path, { template }: Plan): number | undefined {
  const region = p === '' ? 0 : template.regions.findIndex(({ name }, index) => index > 0 && name === p);
  return region < 0 ? undefined : region;
}
