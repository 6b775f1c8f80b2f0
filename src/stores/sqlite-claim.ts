import type { ClaimRequest, RunHead, StoredRun, StoredStatus } from '../durable/store.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { inboxesOf } from './sqlite-inbox.ts';
import { journalsOf } from './sqlite-journal.ts';
import { checksum, storedRun } from './sqlite-rows.ts';
import { exceptOf, flowsOf, numbersOf } from './sqlite-runs.ts';
import type { Statements } from './sqlite-statements.ts';

/** Takes over runs, and returns them. */
export function claimRuns(sql: Statements, request: ClaimRequest): readonly StoredRun[] {
  const { owner, now, leaseUntil } = request;
  const runs = claimable(sql, request);
  if (runs.length === 0) return [];
  const journals = journalsOf(sql, runs);
  const inboxes = inboxesOf(sql, runs);
  /** The number of each run and that of its row, by the text of the row: most runs of a claim were claimed equally often. */
  const claims = new Map<string, (readonly [run: number, seq: number])[]>();
  sql.setOwner.run(owner, leaseUntil, numbersOf(runs));
  const claimed = runs.map((run) => {
    const number = Number(run['id']);
    const journal = journals.get(number) ?? { rows: [], last: 0, damage: undefined };
    const seq = Math.max(journal.last, Number(run['snapshot_seq'] ?? 0)) + 1;
    const epoch = Number(run['epoch']) + 1;
    const text = request.text(epoch);
    const same = claims.get(text);
    if (same === undefined) claims.set(text, [[number, seq]]);
    else same.push([number, seq]);
    journal.rows.push({ seq, at: now, text });
    return storedRun(claimedHead(run, request, epoch), run, journal, inboxes.get(number));
  });
  for (const [text, rows] of claims) sql.insertClaims.run(JSON.stringify(rows), now, checksum(text), text);
  return claimed;
}

/** Returns the head of a run that was claimed, from its row as it was before. */
function claimedHead(run: SqlRow, { owner, now, leaseUntil }: ClaimRequest, epoch: number): RunHead {
  const { status = 'running' } = run; // what is due has not ended
  return {
    runId: String(run['run_id']),
    flow: String(run['flow']),
    fingerprint: String(run['fingerprint']),
    status: status as StoredStatus, // as in `headOf`
    createdAt: Number(run['created_at']),
    updatedAt: now,
    wakeAt: run['wake_at'] === null ? undefined : Number(run['wake_at']),
    owner,
    epoch,
    leaseUntil,
  };
}

function claimable(sql: Statements, request: ClaimRequest): readonly SqlRow[] {
  const { owner, now, limit, flows, runId } = request;
  if (runId === undefined) return sql.due.all(now, flowsOf(request), exceptOf(request), limit);
  const run = sql.runById.get(runId);
  if (run === undefined || (flows !== undefined && !flows.includes(String(run['flow'])))) return [];
  const isTaken = run['owner'] !== null && run['owner'] !== owner && Number(run['lease_until']) > now;
  return isTaken ? [] : [run];
}
