import { crc32 } from 'node:zlib';
import type { Message, RunHead, StoredRow, StoredRun, StoredStatus } from '../durable/store.ts';
import type { SqlRow } from './sqlite-driver.ts';

/** Returns the checksum that a text is kept with: SQLite does not notice a changed byte inside a value. */
export const checksum: (text: string) => number = crc32;

/** What a file holds of the journal of a run. */
export interface Journal {
  /** The rows behind its snapshot. */
  readonly rows: StoredRow[];
  /** The number of the last row; 0 if there is none. */
  last: number;
  /** The first row whose text was changed. */
  damage: string | undefined;
}

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

/** Returns a run with its head, from a row of `runs` with its snapshot, its journal, and the messages that were not consumed. */
export function storedRun(head: RunHead, run: SqlRow, journal: Journal | undefined, inbox: readonly SqlRow[] = []): StoredRun {
  const snapshot = run['snapshot_seq'] === null ? undefined : { seq: Number(run['snapshot_seq']), text: String(run['snapshot_text']) };
  let damage = snapshot !== undefined && checksum(snapshot.text) !== run['snapshot_sum'] ? damaged('snapshot', snapshot.seq) : journal?.damage;
  const harmed = inbox.find((message) => !isWhole(message));
  if (harmed !== undefined) damage ??= damaged('message', `'${String(harmed['id'])}'`);
  const [rows, messages] = [journal?.rows ?? [], inbox.length === 0 ? none : inbox.map(messageOf)];
  return damage === undefined ? { head, snapshot, rows, messages, intact: true } : { head, snapshot, rows, messages, damage };
}

const none: readonly Message[] = [];

/** Returns the message in a row of `messages`. */
export function messageOf(row: SqlRow): Message {
  return { id: String(row['id']), at: Number(row['at']), text: String(row['text']) };
}

/** Whether the text in a row is the one that was written. */
export function isWhole(row: SqlRow): boolean {
  return checksum(String(row['text'])) === row['sum'];
}

/** Says that a text is not the one that was written. */
export function damaged(what: string, which: number | string): string {
  return `the text of ${what} ${which} is not the one that was written: its checksum differs`;
}

/** Returns messages by the number of their run. */
export function byRun(messages: readonly SqlRow[]): ReadonlyMap<number, readonly SqlRow[]> {
  const groups = new Map<number, SqlRow[]>();
  for (const row of messages) {
    const run = Number(row['run']);
    const group = groups.get(run);
    if (group === undefined) groups.set(run, [row]);
    else group.push(row);
  }
  return groups;
}
