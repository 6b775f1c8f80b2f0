import type { Entry, Row } from '../../src/durable/entry.ts';
import { rowOf, rowText } from '../../src/durable/rows.ts';
import type { Store, StoredRow } from '../../src/durable/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';

/** A journal that ends after one of its entries, as a process leaves it that dies there. */
export interface Cut {
  /** Which entry is the last one, for messages. */
  readonly name: string;
  readonly rows: readonly StoredRow[];
  /** The same rows, read. */
  readonly facts: readonly Row[];
}

/** Every journal that a crash can leave of one: it ends after each of its entries, also inside a row. */
export function cutsOf(rows: readonly StoredRow[]): readonly Cut[] {
  const facts = rows.map((row) => rowOf(row));
  return facts.flatMap(({ seq, at, entries }, place) =>
    entries.map((entry, last): Cut => {
      const part = entries.slice(0, last + 1);
      return {
        name: `row ${seq}, entry ${last + 1} of ${entries.length}: ${entry.t}${'p' in entry ? ` '${entry.p}'` : ''}`,
        rows: [...rows.slice(0, place), { seq, at, text: rowText(part) }],
        facts: [...facts.slice(0, place), { seq, at, entries: part }],
      };
    }),
  );
}

/** Makes a store that holds one run with these rows. Nobody owns it. */
export async function storeOf(runId: string, rows: readonly StoredRow[]): Promise<Store> {
  const store = memoryStore();
  for (const row of rows) {
    const { entries } = rowOf(row);
    const [first] = entries;
    if (first?.t === 'created') {
      const { flow, fingerprint } = first;
      await store.create({ runId, flow, fingerprint, owner: 'dead', leaseUntil: 0, row });
    } else if (first?.t === 'claimed') {
      await store.claim({ runId, owner: first.owner, now: row.at, leaseUntil: 0, limit: 1, text: () => row.text });
    } else {
      const status = entries.findLast((entry) => entry.t === 'ended' || entry.t === 'recovered');
      await store.append([{ runId, row, ...(status && { status: status.t === 'ended' ? status.s : 'running' }) }]);
    }
  }
  return store;
}

/** All entries of some rows. */
export function entriesOf(facts: readonly Row[]): readonly Entry[] {
  return facts.flatMap(({ entries }) => entries);
}
