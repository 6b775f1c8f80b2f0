import type { WorkedOutcome } from '../define/callbacks.ts';
import type { PastWork } from '../run/restored.ts';
import type { Path } from './entry.ts';
import { insideOfRecord } from './past-failures.ts';
import type { RunCodec } from './run-codec.ts';
import type { PathRecord, Snapshot } from './snapshot.ts';

const nothing: ReadonlyMap<string, WorkedOutcome> = new Map();

/** What is recorded of a composite step that is at work, or that a recovery opens again. */
export function pastWorkOf(record: PathRecord, path: Path, snapshot: Snapshot, codec: RunCodec): PastWork | undefined {
  const { s, since, at, work = {} } = record;
  if (s !== 'open' && s !== 'reset') return undefined;
  const { decided, index = 1, first = 1, keys = [], items, until } = work;
  return {
        since: (s === 'reset' ? snapshot.recoveredAt : since) ?? at,
        decided: decided === undefined ? undefined : { value: codec.decode(decided) },
        index,
        first,
        at: work.at,
        keys,
        items: items?.map((item) => codec.decode(item)),
        isExpanded: work.expanded === true,
        ends: keys.length === 0 ? nothing : endsOf(keys, path, snapshot, codec),
        failures: keys.length === 0 ? undefined : failuresOf(keys, path, snapshot, codec),
        until,
  };
}

function endsOf(keys: readonly string[], path: Path, { paths }: Snapshot, codec: RunCodec): ReadonlyMap<string, WorkedOutcome> {
  const ends = new Map<string, WorkedOutcome>();
  for (const key of keys) {
    const item = paths[`${path}/${key}`]; // a step in it has a longer path
    const end = item && endOf(item, codec);
    if (end !== undefined) ends.set(key, end);
  }
  return ends;
}

function failuresOf(keys: readonly string[], path: Path, snapshot: Snapshot, codec: RunCodec): PastWork['failures'] {
  const failed = keys.flatMap((key) => {
    const record = snapshot.paths[`${path}/${key}`];
    const inside = record?.of && insideOfRecord(record, snapshot, codec);
    return inside === undefined ? [] : [[key, inside] as const];
  });
  return failed.length === 0 ? undefined : new Map(failed);
}

function endOf({ s, v, e }: PathRecord, codec: RunCodec): WorkedOutcome | undefined {
  if (s === 'succeeded') return { status: s, value: v === undefined ? undefined : codec.decode(v) };
  if (s === 'failed') return { status: s, error: codec.decode(e ?? '') as Error }; // what failed has an error
  return s === 'stopped' ? { status: s, reason: undefined } : undefined;
}
