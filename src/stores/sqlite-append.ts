import type { Append } from '../durable/store.ts';
import type { SqlValue } from './sqlite-driver.ts';
import { consume, giveBack } from './sqlite-inbox.ts';
import { checksum } from './sqlite-rows.ts';
import { ROWS_AT_ONCE, type Statements } from './sqlite-statements.ts';

/** Some rows of several were not taken: which, only a try one by one can tell. Everything is rolled back. */
export class NotAllTaken extends Error {}

/**
 * Appends rows, most of which are nothing but rows: these go many at a time, because a call of the driver costs more than a row.
 *
 * @throws NotAllTaken - one was refused, which is rare
 */
export function appendTogether(sql: Statements, rows: readonly Append[]): readonly boolean[] {
  for (let from = 0; from < rows.length; ) {
    const end = Math.min(from + ROWS_AT_ONCE, rows.length);
    let until = from;
    while (until < end && isPlain(rows[until] as Append)) until++;
    if (until - from === ROWS_AT_ONCE) {
      insertMany(sql, rows, from);
      from = until;
    } else {
      for (until = Math.max(until, from + 1); from < until; from++) {
        if (!insertRow(sql, rows[from] as Append)) throw new NotAllTaken();
      }
    }
  }
  return rows.map(() => true);
}

/** Appends rows one by one: after one that is refused, those of the same run are refused too. */
export function appendEach(sql: Statements, rows: readonly Append[]): readonly boolean[] {
  const fenced = new Set<string>();
  return rows.map((append) => {
    const isKept = !(fenced.size > 0 && fenced.has(append.runId)) && insertRow(sql, append);
    if (!isKept) fenced.add(append.runId);
    return isKept;
  });
}

/** Whether an append changes nothing about its run. */
function isPlain({ create, status, wakeAt, snapshot, consumed, release }: Append): boolean {
  return create === undefined && status === undefined && wakeAt === undefined && snapshot === undefined && consumed === undefined && release !== true;
}

function insertMany(sql: Statements, rows: readonly Append[], from: number): void {
  const values = new Array<SqlValue>(ROWS_AT_ONCE * 5);
  for (let at = 0; at < ROWS_AT_ONCE; at++) {
    const { runId, row } = rows[from + at] as Append; // the caller has counted
    values[at * 5] = runId;
    values[at * 5 + 1] = row.seq;
    values[at * 5 + 2] = row.at;
    values[at * 5 + 3] = checksum(row.text);
    values[at * 5 + 4] = row.text;
  }
  if (sql.insertRows.run(...values) !== ROWS_AT_ONCE) throw new NotAllTaken();
}

function insertRow(sql: Statements, append: Append): boolean {
  const { runId, row, create, status, wakeAt, snapshot, consumed, release } = append;
  if (create !== undefined && sql.insertRun.run(runId, create.flow, create.fingerprint, row.at, create.owner ?? null, create.leaseUntil) === 0) return false;
  if (sql.insertRow.run(runId, row.seq, row.at, checksum(row.text), row.text) === 0) return false;
  if (status === 'running') sql.setRunning.run(runId);
  else if (status !== undefined) sql.setEnded.run(status, row.at, runId);
  if (wakeAt !== undefined) sql.setWake.run(wakeAt, wakeAt ?? row.at, runId);
  if (snapshot !== undefined) {
    sql.setSnapshot.run(runId, row.seq, checksum(snapshot), snapshot);
    sql.dropRows.run(runId, row.seq); // not this row itself: the number is taken for good, and its time is when the run was touched last
  }
  if (consumed !== undefined) consume(sql, runId, consumed);
  if (release === true) giveBack(sql, append);
  return true;
}
