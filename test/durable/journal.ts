import type { Entry, Row } from '../../src/durable/entry.ts';
import { rowText } from '../../src/durable/rows.ts';
import type { PathRecord } from '../../src/durable/snapshot.ts';
import { fold } from '../../src/durable/fold.ts';
import type { StoredRow, StoredRun } from '../../src/durable/store.ts';

export const created: Extract<Entry, { readonly t: 'created' }> = { t: 'created', flow: 'order', fingerprint: 'f1', format: 1, input: '"in"', options: { graceMs: 5000 } };
export const first: readonly Entry[] = [created, { t: 'claimed', owner: 'one', epoch: 1 }];

/** The time of a row in these tests. */
export const timeOf = (seq: number): number => 1000 * seq;

/** Rows with these entries: the first one creates the run, and is claimed. */
export function journal(...groups: readonly (Entry | readonly Entry[])[]): readonly Row[] {
  return [first, ...groups].map((entries, index) => ({ seq: index + 1, at: timeOf(index + 1), entries: [entries].flat() }));
}

/** What becomes of step `main/a` by these entries. */
export function recordOf(...groups: readonly (Entry | readonly Entry[])[]): PathRecord | undefined {
  return fold(journal(...groups)).paths['main/a'];
}

export function storedRow({ seq, at, entries }: Row): StoredRow {
  return { seq, at, text: rowText(entries) };
}

export function storedRun(rows: readonly StoredRow[], snapshot?: StoredRun['snapshot']): StoredRun {
  const head = { runId: 'order-1', flow: 'order', fingerprint: 'f1', status: 'running', createdAt: 0, updatedAt: 0 } as const;
  return { head: { ...head, wakeAt: undefined, owner: undefined, epoch: 1, leaseUntil: 0 }, snapshot, rows, messages: [] };
}
