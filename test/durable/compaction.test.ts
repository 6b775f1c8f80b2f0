import { describe, expect, test } from 'vitest';
import { fold } from '../../src/durable/fold.ts';
import { rowOf } from '../../src/durable/rows.ts';
import { snapshotOf } from '../../src/durable/snapshot-text.ts';
import { stateOf } from '../../src/durable/state-of.ts';
import type { Append, Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';

/** A store that remembers every row, also those that it has dropped. */
function recordingStore(inner: Store = memoryStore()): Store & { readonly appended: Append[] } {
  const appended: Append[] = [];
  return {
    ...Object.fromEntries((['create', 'load', 'list', 'claim', 'renew', 'release', 'post', 'messages', 'saveDefinition', 'loadDefinition', 'delete', 'prune', 'close'] as const).map((name) => [name, inner[name].bind(inner)])),
    append: (rows: readonly Append[]) => {
      appended.push(...rows);
      return inner.append(rows);
    },
    appended,
  } as Store & { readonly appended: Append[] };
}

/** One step that fails so often, and one after it. */
async function retried(store: Store, failures: number, size = 0): Promise<void> {
  const flow = createFlows({ store, yieldAfter: '1h' }).registerFlow<undefined>('loop');
  let left = failures;
  const process = flow.process('p');
  const step = process
    .customStep((s) => {
      s.set('tried', 'x'.repeat(size));
      if (left-- > 0) throw new Error('not yet');
      return 'done';
    }, 'again')
    .stepRetry(failures);
  process.customStep(() => 'over', 'after', step);
  const result = await flow.run(undefined, { runId: 'r' });
  expect(result.status).toBe('succeeded');
}

describe('R20: the journal of a run stays short', () => {
  test('a retry loop of 3,000 attempts leaves few rows behind its last snapshot', async () => {
    const store = recordingStore();
    await retried(store, 3_000);
    const stored = (await store.load('r'))!;
    expect(store.appended.length).toBeGreaterThan(3_000);
    expect(stored.snapshot).toBeDefined();
    expect(stored.rows.length).toBeLessThan(1_100);
    expect(store.appended.filter(({ snapshot }) => snapshot !== undefined)).toHaveLength(2);
  });

  test('each snapshot is the fold of all rows up to it, and so is the state in the end', async () => {
    const store = recordingStore();
    await retried(store, 2_500);
    const rows = store.appended.map(({ row }) => rowOf(row));
    const snapshots = store.appended.filter(({ snapshot }) => snapshot !== undefined);
    for (const { row, snapshot } of snapshots) expect(snapshotOf(snapshot!)).toStrictEqual(fold(rows.slice(0, row.seq)));
    expect(stateOf((await store.load('r'))!)).toStrictEqual(fold(rows));
  });

  test('a state with large values is written less often: a mebibyte of it for a thousand rows', async () => {
    const store = recordingStore();
    const flow = createFlows({ store, yieldAfter: '1h' }).registerFlow<undefined>('large');
    const p = flow.process('p');
    const values = p.parallel({ a: () => 'a'.repeat(2 ** 20), b: () => 'b'.repeat(2 ** 20), c: () => 'c'.repeat(2 ** 20) });
    let left = 9_000;
    p.customStep(() => {
      if (left-- > 0) throw new Error('not yet');
    }, 'again', values).stepRetry(9_000);
    expect((await flow.run(undefined, { runId: 'r' })).status).toBe('succeeded');
    const states = store.appended.flatMap(({ snapshot }) => snapshot ?? []);
    expect(states.length).toBeGreaterThan(1);
    expect(states.reduce((sum, text) => sum + text.length, 0)).toBeLessThan(6 * 3 * 2 ** 20); // and not nine times
    expect(stateOf((await store.load('r'))!)).toStrictEqual(fold(store.appended.map(({ row }) => rowOf(row))));
  });

  test('a mebibyte of text counts as many rows do', async () => {
    const store = recordingStore();
    await retried(store, 20, 100_000);
    const snapshots = store.appended.filter(({ snapshot }) => snapshot !== undefined);
    expect(snapshots.length).toBeGreaterThan(0);
    const rows = store.appended.map(({ row }) => rowOf(row));
    for (const { row, snapshot } of snapshots) expect(snapshotOf(snapshot!)).toStrictEqual(fold(rows.slice(0, row.seq)));
  });

  test('a run that goes on counts the rows that it has already', async () => {
    const inner = memoryStore();
    const first = recordingStore(inner);
    await retried(first, 900); // succeeded: its rows serve as those of a run that did not end
    const rows = (await inner.load('r'))!.rows.slice(0, -1);
    const store = recordingStore();
    await store.create({ runId: 'r', flow: 'loop', fingerprint: (await inner.load('r'))!.head.fingerprint, owner: 'gone', leaseUntil: 0, row: rows[0]! });
    await store.append(rows.slice(1).map((row) => ({ runId: 'r', row })));
    store.appended.length = 0;
    const flows = createFlows({ store, yieldAfter: '1h' });
    const process = flows.registerFlow<undefined>('loop').process('p');
    let left = 150;
    const step = process.customStep(() => 'done', 'again').stepRetry(901);
    process
      .customStep(() => {
        if (left-- > 0) throw new Error('not yet');
        return 'over';
      }, 'after', step)
      .stepRetry(200);
    const run = await flows.resume('r');
    expect((await run.done).status).toBe('succeeded');
    expect(store.appended.some(({ snapshot }) => snapshot !== undefined)).toBe(true);
  });

  test('a store that cannot be read at the moment leaves the run alone, and it is tried again', async () => {
    const store = recordingStore();
    const load = store.load.bind(store);
    let broken = 1;
    store.load = (runId) => (broken-- > 0 ? Promise.reject(new Error('busy')) : load(runId));
    await retried(store, 2_500);
    expect(store.appended.filter(({ snapshot }) => snapshot !== undefined)).toHaveLength(1);
  });
});
