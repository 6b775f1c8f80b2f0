import { shown } from '../define/shown.ts';
import { entry } from './entry-rules.ts';
import { type Entry, FORMAT, type Row } from './entry.ts';
import { CorruptJournalError, UnknownFormatError } from './journal-errors.ts';
import { ordinal, quantity } from './rules.ts';
import { seal, unseal } from './seal.ts';
import type { StoredRow } from './store.ts';

/** Returns the text of a row: its entries as JSON, with a checksum. */
export function rowText(entries: readonly Entry[]): string {
  let json = '[';
  for (const one of entries) json += json === '[' ? entryText(one) : `,${entryText(one)}`;
  return seal(`${json}]`);
}

/** The JSON of an entry. The two kinds that nearly all rows are made of are written by hand, which takes a third of the time. */
function entryText(one: Entry): string {
  if (one.t === 'started' && one.x === undefined) return `{"t":"started","p":${JSON.stringify(one.p)},"n":${one.n}}`;
  if (one.t !== 'succeeded' || one.w !== undefined || one.x !== undefined) return JSON.stringify(one);
  const v = one.v === undefined ? '' : `,"v":${JSON.stringify(one.v)}`;
  return `{"t":"succeeded","p":${JSON.stringify(one.p)}${v}}`;
}

/**
 * Reads a row as `rowText` wrote it.
 *
 * @param runId - whose row it is, for messages
 * @param isIntact - whether its text is known to be the one that was written
 * @throws CorruptJournalError - the row is not what was written; the message names run, row, entry and field
 * @throws UnknownFormatError - the run was recorded by a later version
 */
export function rowOf(stored: StoredRow, runId?: string, isIntact = false): Row {
  const { seq, at } = stored;
  const wrong = ordinal(seq);
  if (wrong !== undefined) throw new CorruptJournalError(`the number of a row${wrong}`, runId, undefined);
  const time = quantity(at);
  if (time !== undefined) throw corrupt(seq, runId, `: its time${time}`);
  const json = unseal(stored.text, isIntact);
  if (json === undefined) throw corrupt(seq, runId, ' does not match its checksum');
  const read = parsed(json);
  if (!Array.isArray(read)) throw corrupt(seq, runId, read === undefined ? ' is not JSON' : ` is ${shown(read)} instead of a list of entries`);
  for (let index = 0; index < read.length; index++) {
    const one: unknown = read[index];
    if (isCommon(one)) continue;
    checkFormat(one, runId);
    const problem = entry(one);
    if (problem !== undefined) throw corrupt(seq, runId, `, entry ${index + 1}: ${kindOf(one)}${problem}`);
  }
  return { seq, at, entries: read as Entry[] }; // each was looked at
}

function corrupt(seq: number, runId: string | undefined, what: string): CorruptJournalError {
  return new CorruptJournalError(`row ${seq}${what}`, runId, seq);
}

/** The value of JSON, `undefined` if it is none. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Whether an entry is one of the two kinds that nearly all rows are made of, and as it has to be. The rules would take three times as long. */
function isCommon(read: unknown): boolean {
  if (typeof read !== 'object' || read === null) return false;
  const { t, p, n, v }: Readonly<Record<string, unknown>> = read as Readonly<Record<string, unknown>>; // or a list, which has none of them
  if (typeof p !== 'string') return false;
  let fields = 0;
  for (const _ in read) fields++;
  if (t === 'started') return fields === 3 && ordinal(n) === undefined;
  return t === 'succeeded' && (fields === 2 || (fields === 3 && typeof v === 'string'));
}

/** Other formats may have other fields: this one comes first. */
function checkFormat(read: unknown, runId: string | undefined): void {
  if (typeof read !== 'object' || read === null || !('t' in read) || read.t !== 'created' || !('format' in read)) return;
  const { format } = read;
  if (typeof format === 'number' && ordinal(format) === undefined && format !== FORMAT) throw new UnknownFormatError(format, runId);
}

/** How messages call an entry: by its kind, if it has a known one. */
function kindOf(read: unknown): string {
  if (typeof read !== 'object' || read === null || !('t' in read) || typeof read.t !== 'string') return 'entry';
  return entry({ t: read.t })?.startsWith('.t ') === true ? 'entry' : read.t;
}
