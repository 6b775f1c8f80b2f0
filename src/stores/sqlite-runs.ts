import type { ClaimRequest, StoredRun } from '../durable/store.ts';
import type { SqlRow } from './sqlite-driver.ts';
import { inboxesOf } from './sqlite-inbox.ts';
import { journalsOf } from './sqlite-journal.ts';
import { headOf, storedRun } from './sqlite-rows.ts';
import type { Statements } from './sqlite-statements.ts';

/** Returns runs with everything that is needed to go on with them, from rows of `runs` with their snapshots. */
export function storedRuns(sql: Statements, runs: readonly SqlRow[]): readonly StoredRun[] {
  if (runs.length === 0) return [];
  const journals = journalsOf(sql, runs);
  const inboxes = inboxesOf(sql, runs);
  return runs.map((run) => storedRun(headOf(run), run, journals.get(Number(run['id'])), inboxes.get(Number(run['id']))));
}

/** Returns the numbers of runs, as statements take them. */
export function numbersOf(runs: readonly SqlRow[]): string {
  return JSON.stringify(runs.map((run) => run['id']));
}

/** Returns the runs that are not asked for, as statements take them. */
export function exceptOf({ except = [] }: ClaimRequest): string | null {
  return except.length === 0 ? null : JSON.stringify(except);
}

/** Returns the flows that are asked for, as statements take them. */
export function flowsOf({ flows }: ClaimRequest): string | null {
  return flows === undefined ? null : JSON.stringify(flows);
}
