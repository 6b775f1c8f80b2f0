import type { WorkedOutcome } from '../define/callbacks.ts';
import { FAILED, PARKED, PASSED_ON, RUNNING, SKIPPED, STOPPED, SUCCEEDED, WAITING } from '../run/kernel/cells.ts';
import { ENDED, PASSED, STARTED } from '../run/kernel/history.ts';
import type { PastNode } from '../run/kernel/recall.ts';
import type { Template } from '../graph/template.ts';
import type { Plan } from '../run/plan.ts';
import type { Reopening, RestoredWrite } from '../run/restored.ts';
import { CrashedError } from './crashed-error.ts';
import type { EncodedWrite } from './entry.ts';
import type { RunCodec } from './run-codec.ts';
import type { PathRecord, PathState, Snapshot } from './snapshot.ts';

/** How often a step may be at work when its process dies, before it fails. */
export const mostCrashes = 5;

const states = {
  started: RUNNING,
  lost: RUNNING,
  open: RUNNING,
  returned: RUNNING,
  retrying: PARKED,
  reset: WAITING,
  succeeded: SUCCEEDED,
  failed: FAILED,
  skipped: SKIPPED,
  stopped: STOPPED,
} as const satisfies Record<PathState, number>;

/** The state of a node for a kernel, as a recovery sees it. */
export function stateOfRecord({ s }: PathRecord): number {
  return states[s];
}

export type NodeRecord = readonly [node: number, record: PathRecord];

/** The records of a flow by node, in the order of their outcomes. */
export function recordsOf({ paths }: Snapshot, plan: Plan): readonly NodeRecord[] {
  const known: NodeRecord[] = [];
  for (const path of Object.keys(paths)) {
    const node = plan.nodeAt(path);
    if (node !== undefined) known.push([node, paths[path] as PathRecord]); // it has this path
  }
  return inOrder(known);
}

/** The same for a body or a flow that is called. It asks for each of its nodes: the run may have records of many others. */
export function recordsIn({ paths }: Snapshot, plan: Plan, place: string): readonly NodeRecord[] {
  const known: NodeRecord[] = [];
  for (let node = 0; node < plan.template.workCount; node++) {
    const record = paths[`${place}/${plan.pathAt(node)}`];
    if (record !== undefined) known.push([node, record]);
  }
  return inOrder(known);
}

function inOrder(records: NodeRecord[]): readonly NodeRecord[] {
  for (let at = 1; at < records.length; at++) {
    if (endOfRecord(records[at - 1]) > endOfRecord(records[at])) return records.sort((a, b) => endOfRecord(a) - endOfRecord(b));
  }
  return records;
}

function endOfRecord(record: NodeRecord | undefined): number {
  return record?.[1].end ?? Infinity;
}

/** First starts and outcomes in the order of their moments, which mostly follow one another. */
export function historyOf(records: readonly NodeRecord[], template: Template): readonly number[] {
  const entries: (number | undefined)[] = new Array<undefined>(2 * records.length);
  let count = 0;
  for (const [node, { s, begin, end }] of records) {
    if ((begin ?? 0) >= entries.length || (end ?? 0) >= entries.length) return sortedHistory(records, template);
    if (begin !== undefined) entries[begin] = node * 4 + STARTED;
    if (end !== undefined) entries[end] = node * 4 + (s === 'skipped' ? PASSED : ENDED);
  }
  for (const entry of entries) if (entry !== undefined) entries[count++] = entry;
  entries.length = count;
  return entries as number[]; // what was there at first
}

/** The same when there are gaps, because something was forgotten or is elsewhere. Each is one number, which takes less than pairs. */
function sortedHistory(records: readonly NodeRecord[], { size }: Template): readonly number[] {
  const width = 4 * size;
  const moments = new Float64Array(2 * records.length);
  let count = 0;
  for (const [node, { s, begin, end }] of records) {
    if (begin !== undefined) moments[count++] = begin * width + node * 4 + STARTED;
    if (end !== undefined) moments[count++] = end * width + node * 4 + (s === 'skipped' ? PASSED : ENDED);
  }
  return Array.from(moments.subarray(0, count).sort(), (moment) => moment % width);
}

/** @param reasonOf - why a node was stopped */
export function pastOf(node: number, { s, n, v, e, retryAt = 0, cascade, since }: PathRecord, codec: RunCodec, reasonOf: (node: number) => unknown): PastNode {
  const error = (s === 'failed' || s === 'skipped') && e !== undefined ? codec.decode(e) : undefined;
  const state = s === 'skipped' && cascade === true ? PASSED_ON : states[s];
  const value = s === 'stopped' ? reasonOf(node) : s === 'succeeded' && v !== undefined ? codec.decode(v) : error;
  return { node, state, value, attempt: s === 'started' || s === 'lost' ? n + 1 : n, retryAt, since };
}

export function reopeningOf(node: number, record: PathRecord, plan: Plan, codec: RunCodec): Reopening | undefined {
  const { s, why, how, breakPoint, crashes = 0, kind } = record;
  if (s !== 'started' && s !== 'lost' && s !== 'open' && s !== 'returned' && s !== 'reset') return undefined;
  const failed = s === 'lost' && crashes > mostCrashes;
  const retries = record.n - crashes - (s === 'started' ? 1 : 0);
  const hasBegun = kind === 'composite' ? isOpened(node, record, plan) : retries > 0 || (why !== undefined && why !== 'crashes' && breakPoint?.stage !== 'before');
  return {
        // a function that failed was reached; so was one that is tried again
        begun: how !== undefined || hasBegun,
        from: breakPoint === undefined || (s === 'returned' && breakPoint.stage === 'before') ? undefined : { level: breakPoint.level, order: breakPoint.order },
        end: failed ? { status: 'failed', error: new CrashedError(plan.pathAt(node), crashes) } : endOf(record, codec),
        writes: s === 'reset' ? writesOf(record, codec) : [],
  };
}

/** Whether a composite step is through with what comes before its work: that is recorded where there is anything. */
function isOpened(node: number, { s, opened, begin }: PathRecord, { template }: Plan): boolean {
  const isBare = template.conditional?.[node] !== 1 && (template.chains?.[node]?.before.length ?? 0) === 0;
  return opened === true || (isBare && (s === 'open' || begin !== undefined));
}

/** How the function of a node ended, if callbacks after it are all that is left. */
function endOf({ how, v, e }: PathRecord, codec: RunCodec): WorkedOutcome | undefined {
  if (how === 'succeeded') return { status: 'succeeded', value: v === undefined ? undefined : codec.decode(v) };
  if (how === 'failed') return { status: 'failed', error: codec.decode(e ?? '') as Error }; // what failed has an error
  return how === 'stopped' ? { status: 'stopped', reason: undefined } : undefined;
}

export function writesOf({ w = [] }: PathRecord, codec: RunCodec): readonly RestoredWrite[] {
  return w.map((write) => writeOf(write, codec));
}

export function writeOf([kind, name, value]: EncodedWrite, codec: RunCodec): RestoredWrite {
  return { name, isTyped: kind === 'typed', value: codec.decode(value) };
}
