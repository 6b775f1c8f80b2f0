import type { RowOwner } from '../../src/durable/committer.ts';
import type { Append, NewRun, Store } from '../../src/durable/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { changed } from './workers-kit.ts';

/** A store in memory whose transactions end when the test says so. */
export interface HandStore {
  readonly store: Store;
  /** The rows of each transaction that was begun, as `run/seq`. */
  readonly batches: readonly (readonly string[])[];
  /** How many transactions are under way. */
  readonly open: number;
  /** What the oldest transaction is to write. */
  readonly texts: readonly string[];
  /** Commits the oldest transaction. */
  commit(): Promise<void>;
  /** Lets the oldest transaction fail. */
  fail(error: unknown): void;
}

interface Transaction {
  readonly rows: readonly Append[];
  readonly resolve: (answers: readonly boolean[]) => void;
  readonly reject: (error: unknown) => void;
}

export async function handStore(...runIds: readonly string[]): Promise<HandStore> {
  const good = memoryStore();
  for (const runId of runIds) await good.create(newRun(runId));
  const batches: (readonly string[])[] = [];
  const waiting: Transaction[] = [];
  const store = changed(good, {
    append: (rows) =>
      new Promise<readonly boolean[]>((resolve, reject) => {
        batches.push(rows.map(nameOf));
        waiting.push({ rows, resolve, reject });
      }),
  });
  return {
    store,
    batches,
    get open() {
      return waiting.length;
    },
    get texts() {
      return waiting[0]?.rows.map(({ row }) => row.text) ?? [];
    },
    async commit() {
      const { rows, resolve } = waiting.shift()!;
      resolve(await good.append(rows));
    },
    fail(error) {
      waiting.shift()!.reject(error);
    },
  };
}

export function newRun(runId: string): NewRun {
  return { runId, flow: 'order', fingerprint: 'f', owner: 'anna', leaseUntil: 0, row: { seq: 1, at: 0, text: '[]' } };
}

export function nameOf({ runId, row }: Append): string {
  return `${runId}/${row.seq}`;
}

/** An owner of rows that writes down what it is told. */
export function noting(told: string[]): RowOwner {
  return {
    committed: (append) => void told.push(nameOf(append)),
    fenced: (append) => void told.push(`${nameOf(append)} fenced`),
    dropped: (append, error) => void told.push(`${nameOf(append)} dropped: ${error.name}`),
  };
}
