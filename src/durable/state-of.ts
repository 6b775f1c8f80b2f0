import { Folding } from './fold.ts';
import { CorruptJournalError } from './journal-errors.ts';
import { rowOf } from './rows.ts';
import { snapshotOf } from './snapshot-text.ts';
import type { Snapshot } from './snapshot.ts';
import type { StoredRun } from './store.ts';

/**
 * Returns the state of a run as a store keeps it.
 *
 * @throws CorruptJournalError - what is stored is not what was written; the message names the run
 * @throws UnknownFormatError - the run was recorded by a later version
 */
export function stateOf({ head: { runId, status }, snapshot, rows, damage, intact }: StoredRun): Snapshot {
  if (damage !== undefined) throw new CorruptJournalError(damage, runId, undefined);
  const from = snapshot && snapshotOf(snapshot.text, runId);
  if (from?.seq !== snapshot?.seq) {
    throw new CorruptJournalError(`its snapshot is kept as one of row ${snapshot?.seq}, but is one of row ${from?.seq}`, runId, undefined);
  }
  const folding = new Folding(from, runId);
  for (const stored of rows) folding.add(rowOf(stored, runId, intact));
  const state = folding.snapshot();
  if (status !== 'running' && state.ended === undefined) throw new CorruptJournalError(`its last rows are missing: it is marked as ${status}, and no row says so`, runId, state.seq + 1);
  return state;
}
