import { shown } from '../define/shown.ts';
import { breakPoint, failureKind, latchMode, latchReason, options, resources, runEnd, writes } from './entry-rules.ts';
import { FORMAT } from './entry.ts';
import { CorruptJournalError, UnknownFormatError } from './journal-errors.ts';
import { count, flag, listOf, oneOf, ordinal, quantity, recordOf, type Rule, shape, text } from './rules.ts';
import { parsed } from './rows.ts';
import { seal, unseal } from './seal.ts';
import type { LatchRecord, PathRecord, PathState, Snapshot, WorkRecord } from './snapshot.ts';

/** JSON has no `undefined`: a run that nobody owns has no owner in it. */
type Written = Omit<Snapshot, 'owner'> & { readonly owner?: string };

const state: Rule<PathState> = oneOf({
  started: true,
  lost: true,
  open: true,
  returned: true,
  retrying: true,
  reset: true,
  succeeded: true,
  failed: true,
  skipped: true,
  stopped: true,
});

const work: Rule<WorkRecord> = shape(
  {},
  { decided: text, index: ordinal, first: ordinal, at: quantity, keys: listOf(text), items: listOf(text), expanded: flag, until: quantity },
);

const record: Rule<PathRecord> = shape(
  { s: state, n: count, at: quantity },
  {
    begin: count,
    end: count,
    since: quantity,
    v: text,
    w: writes,
    e: text,
    why: failureKind,
    of: listOf(text),
    how: runEnd,
    retryAt: quantity,
    breakPoint,
    crashes: ordinal,
    cascade: flag,
    abandoned: flag,
    kind: oneOf({ composite: true, item: true }),
    opened: flag,
    work,
  },
);

const latch: Rule<LatchRecord> = shape({ p: text, mode: latchMode, why: latchReason, at: quantity }, { force: flag, v: text });

const written: Rule<Written> = shape<Written>(
  {
    format: ordinal,
    flow: text,
    fingerprint: text,
    input: text,
    options,
    createdAt: quantity,
    seq: ordinal,
    moments: count,
    epoch: count,
    paths: recordOf(record),
    latches: listOf(latch),
    paused: listOf(text),
    resources: recordOf(resources),
    recovered: count,
  },
  { owner: text, startedAt: quantity, recoveredAt: quantity, ended: shape({ s: runEnd, at: quantity }, {}) },
);

/** Returns the text of a state: JSON, with a checksum. */
export function snapshotText(snapshot: Snapshot): string {
  return seal(JSON.stringify(snapshot));
}

/**
 * Reads a state as `snapshotText` wrote it.
 *
 * @param runId - whose state it is, for messages
 * @throws CorruptJournalError - the text is not what was written; the message names the run and the field
 * @throws UnknownFormatError - the run was recorded by a later version
 */
export function snapshotOf(stored: string, runId?: string): Snapshot {
  const fail = (what: string): never => {
    throw new CorruptJournalError(`its snapshot${what}`, runId, undefined);
  };
  const json = unseal(stored) ?? fail(' does not match its checksum');
  return checkedSnapshot(parsed(json) ?? fail(' is not JSON'), runId);
}

/**
 * Checks that something is a state.
 *
 * @throws CorruptJournalError - it is none; the message names the run and the field
 * @throws UnknownFormatError - the run was recorded by a later version
 */
export function checkedSnapshot(read: unknown, runId?: string): Snapshot {
  const fail = (what: string): never => {
    throw new CorruptJournalError(`its snapshot${what}`, runId, undefined);
  };
  if (!isRecord(read)) return fail(` is ${shown(read)} instead of an object`);
  const { format } = read;
  if (typeof format === 'number' && ordinal(format) === undefined && format !== FORMAT) throw new UnknownFormatError(format, runId);
  const wrong = written(read);
  if (wrong !== undefined) fail(`: ${wrong.slice(1)}`);
  return { owner: undefined, ...read } as unknown as Snapshot; // `written` looked at everything
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
