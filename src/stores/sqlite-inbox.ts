import type { Append, Message, Store } from '../durable/store.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { byRun, checksum, isWhole, messageOf } from './sqlite-rows.ts';
import type { Statements } from './sqlite-statements.ts';

const noInboxes: ReadonlyMap<number, readonly SqlRow[]> = new Map();

/** Adds a message to the inbox of a run. */
export function post(sql: Statements, runId: string, { id, at, text }: Message): Awaited<ReturnType<Store['post']>> {
  const run = sql.statusOf.get(runId);
  if (run === undefined) return 'unknown';
  const number = Number(run['id']);
  if (sql.isKnown.get(number, id) !== undefined) return 'known';
  if (run['status'] !== 'running') return 'ended';
  sql.insertMessage.run(number, id, at, checksum(text), text);
  sql.addressed.run(number, at);
  return 'posted';
}

/** Takes consumed messages out of the inbox of a run. That they are known stays. */
export function consume(sql: Statements, runId: string, ids: readonly string[]): void {
  if (sql.consume.run(runId, JSON.stringify(ids)) > 0) sql.countUnread.run(runId);
}

/** Gives a run back, and makes it due if there is a message that its owner does not know. */
export function giveBack(sql: Statements, { runId, row, seen = [] }: Append): void {
  sql.giveBack.run(runId);
  sql.wakeForOthers.run(runId, row.at, JSON.stringify(seen));
}

/** Returns what was not consumed, by the number of its run. Runs that have nothing are not asked for. */
export function inboxesOf(sql: Statements, runs: readonly SqlRow[]): ReadonlyMap<number, readonly SqlRow[]> {
  const addressed = runs.filter((run) => Number(run['unread']) > 0).map((run) => run['id']);
  return addressed.length === 0 ? noInboxes : byRun(sql.unreadOf.all(JSON.stringify(addressed)));
}

/** Returns what was not consumed of all runs of an owner. A message that was changed is left out: its run is reported as damaged when it is read. */
export function messagesOf(sql: Statements, owner: string): Awaited<ReturnType<Store['messages']>> {
  return sql.unreadBy.all(owner).filter(isWhole).map((row) => ({ runId: String(row['run_id']), message: messageOf(row) }));
}
