import { crc32 } from 'node:zlib';
import type { Message, RunHead, StoredRow, StoredRun, StoredStatus } from '../durable/store.ts';
import type { SqlRow } from './sqlite-driver.ts';

/** Returns the checksum that a text is kept with: SQLite does not notice a changed byte inside a value. */
export const checksum: (text: string) => number = crc32;

/** Returns the head in a row of `runs`. */
export function headOf(row: SqlRow): RunHead {
  return {
    runId: String(row['run_id']),
    flow: String(row['flow']),
    fingerprint: String(row['fingerprint']),
    status: String(row['status']) as StoredStatus, // only statuses are written there
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
    wakeAt: row['wake_at'] === null ? undefined : Number(row['wake_at']),
    owner: row['owner'] === null ? undefined : String(row['owner']),
    epoch: Number(row['epoch']),
    leaseUntil: Number(row['lease_until']),
  };
}

/** Returns a run from a row of `runs` with its snapshot, the rows of its journal, and the messages that were not consumed. */
export function storedRun(run: SqlRow, journal: readonly SqlRow[], inbox: readonly SqlRow[]): StoredRun {
  const snapshot = run['snapshot_seq'] === null ? undefined : { seq: Number(run['snapshot_seq']), text: String(run['snapshot_text']) };
  const from = snapshot?.seq ?? 0;
  let damage = snapshot !== undefined && checksum(snapshot.text) !== run['snapshot_sum'] ? damaged('snapshot', snapshot.seq) : undefined;
  const rows: StoredRow[] = [];
  for (const row of journal) {
    const seq = Number(row['seq']);
    if (seq <= from) continue;
    const text = String(row['text']);
    if (checksum(text) !== row['sum']) damage ??= damaged('row', seq);
    rows.push({ seq, at: Number(row['at']), text });
  }
  const harmed = inbox.find((message) => !isWhole(message));
  if (harmed !== undefined) damage ??= damaged('message', `'${String(harmed['id'])}'`);
  return { head: headOf(run), snapshot, rows, messages: inbox.map(messageOf), ...(damage !== undefined && { damage }) };
}

/** Returns the message in a row of `messages`. */
export function messageOf(row: SqlRow): Message {
  return { id: String(row['id']), at: Number(row['at']), text: String(row['text']) };
}

/** Whether the text in a row is the one that was written. */
export function isWhole(row: SqlRow): boolean {
  return checksum(String(row['text'])) === row['sum'];
}

function damaged(what: string, which: number | string): string {
  return `the text of ${what} ${which} is not the one that was written: its checksum differs`;
}

/** Returns rows of a journal, or messages, by the number of their run. */
export function byRun(journal: readonly SqlRow[]): ReadonlyMap<number, readonly SqlRow[]> {
  const groups = new Map<number, SqlRow[]>();
  for (const row of journal) {
    const run = Number(row['run']);
    const group = groups.get(run);
    if (group === undefined) groups.set(run, [row]);
    else group.push(row);
  }
  return groups;
}
