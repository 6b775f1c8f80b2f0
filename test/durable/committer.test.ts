import { settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { Committer } from '../../src/durable/committer.ts';
import type { Append } from '../../src/durable/store.ts';
import { type HandStore, handStore, noting } from './hand-store.ts';

interface Bench extends HandStore {
  readonly committer: Committer;
  readonly clock: VirtualClock;
  /** What owners were told, in order. */
  readonly told: string[];
  /** What was reported of the store. */
  readonly problems: unknown[];
  /** Pushes a row for the owner of its run. */
  readonly push: (runId: string, seq: number, text?: string) => void;
}

async function bench(...runIds: readonly string[]): Promise<Bench> {
  const hand = await handStore(...runIds);
  const clock = virtualClock();
  const [told, problems]: [string[], unknown[]] = [[], []];
  const committer = new Committer({ store: hand.store, clock, problem: (error) => problems.push(error) });
  const owners = new Map(runIds.map((runId) => [runId, noting(told)]));
  const push = (runId: string, seq: number, text = '[]'): void => committer.push(row(runId, seq, text), owners.get(runId)!);
  return Object.assign(hand, { committer, clock, told, problems, push });
}

function row(runId: string, seq: number, text = '[]'): Append {
  return { runId, row: { seq, at: 0, text } };
}

test('rows that arrive in one turn are committed together, and their owners are told in the order of the queue', async () => {
  const b = await bench('a', 'b');
  b.push('a', 2);
  b.push('b', 2);
  await Promise.resolve();
  b.push('a', 3);
  expect(b.batches).toEqual([]);
  await settle();
  expect(b.batches).toEqual([['a/2', 'b/2', 'a/3']]);
  expect(b.told).toEqual([]);
  await b.commit();
  await settle();
  expect(b.told).toEqual(['a/2', 'b/2', 'a/3']);
  expect((await b.store.load('a'))?.rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('what arrives while a transaction is under way shares the next one', async () => {
  const b = await bench('a', 'b');
  b.push('a', 2);
  await settle();
  b.push('a', 3);
  await settle();
  b.push('b', 2);
  await settle();
  expect(b.batches).toEqual([['a/2']]);
  await b.commit();
  await settle();
  expect(b.batches).toEqual([['a/2'], ['a/3', 'b/2']]);
});

test('what owners append when they are told shares the next transaction', async () => {
  const b = await bench('a', 'b');
  const told: string[] = [];
  const again = (runId: string) => ({
    ...noting(told),
    committed: ({ row: { seq } }: Append) => {
      if (seq === 2) b.committer.push(row(runId, 3), noting(told));
    },
  });
  for (const runId of ['a', 'b']) b.committer.push(row(runId, 2), again(runId));
  await settle();
  await b.commit();
  await settle();
  expect(b.batches).toEqual([['a/2', 'b/2'], ['a/3', 'b/3']]);
});

test('a transaction has at most 1,000 rows', async () => {
  const b = await bench('a');
  for (let seq = 2; seq < 2_502; seq += 1) b.push('a', seq);
  for (const rows of [1_000, 1_000, 500]) {
    await settle();
    expect(b.open).toBe(1);
    expect(b.batches.at(-1)).toHaveLength(rows);
    await b.commit();
  }
  await settle();
  expect(b.batches).toHaveLength(3);
  expect(b.told).toHaveLength(2_500);
});

test('a transaction has at most 1 MiB, and a larger row one of its own', async () => {
  const b = await bench('a');
  const half = 'x'.repeat(2 ** 19);
  b.push('a', 2, half);
  b.push('a', 3, half);
  b.push('a', 4);
  b.push('a', 5, half + half + half);
  b.push('a', 6);
  for (let turn = 0; turn < 4; turn += 1) {
    await settle();
    if (b.open > 0) await b.commit();
  }
  expect(b.batches).toEqual([['a/2', 'a/3'], ['a/4'], ['a/5'], ['a/6']]);
});

test('snapshots count too', async () => {
  const b = await bench('a');
  b.committer.push({ ...row('a', 2), snapshot: 'x'.repeat(2 ** 20) }, noting(b.told));
  b.push('a', 3);
  await settle();
  expect(b.batches).toEqual([['a/2']]);
});

test('a fenced row keeps all later rows of its owner from the store, also those that come when their numbers are free', async () => {
  const b = await bench('a', 'b');
  b.push('a', 1); // taken
  b.push('a', 2);
  b.push('b', 2);
  await settle();
  b.push('a', 3);
  b.push('b', 3);
  await b.commit();
  await settle();
  b.push('a', 4);
  await b.commit();
  await settle();
  expect(b.batches.flat()).not.toContain('a/3');
  expect(b.batches.flat()).not.toContain('a/4');
  expect(b.told).toEqual(['a/1 fenced', 'a/2 fenced', 'b/2', 'a/3 fenced', 'b/3', 'a/4 fenced']);
});

test('another owner of the same run is not fenced by the one before', async () => {
  const b = await bench('a');
  b.push('a', 1);
  await settle();
  await b.commit();
  await settle();
  b.committer.push(row('a', 2), noting(b.told));
  await settle();
  await b.commit();
  await settle();
  expect(b.told).toEqual(['a/1 fenced', 'a/2']);
});

test('while the store fails nobody is told, and the same rows are tried again after 100 ms, 200 ms, up to 10 s', async () => {
  const b = await bench('a');
  b.push('a', 2);
  await settle();
  b.push('a', 3);
  for (const delayMs of [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]) {
    b.fail(new Error('disk full'));
    await settle();
    expect(b.open).toBe(0);
    await b.clock.advance(delayMs - 1);
    expect(b.open).toBe(0);
    await b.clock.advance(1);
    expect(b.open).toBe(1);
  }
  expect(b.committer.isFailing).toBe(true);
  expect(b.committer.pending).toBe(2);
  expect(b.told).toEqual([]);
  expect(b.batches.every((rows) => rows.join() === 'a/2')).toBe(true);
  await b.commit();
  await settle();
  await b.commit();
  await settle();
  expect(b.told).toEqual(['a/2', 'a/3']);
  expect(b.committer.isFailing).toBe(false);
});

test('a problem is reported when it begins and when it is over, and the next one waits 100 ms again', async () => {
  const b = await bench('a');
  b.push('a', 2);
  await settle();
  const full = new Error('disk full');
  b.fail(full);
  await b.clock.advance(100);
  b.fail(new Error('still full'));
  await b.clock.advance(200);
  expect(b.problems).toEqual([full]);
  await b.commit();
  await settle();
  expect(b.problems).toEqual([full, undefined]);
  b.push('a', 3);
  await settle();
  b.fail(full);
  await b.clock.advance(99);
  expect(b.open).toBe(0);
  await b.clock.advance(1);
  expect(b.open).toBe(1);
  expect(b.problems).toEqual([full, undefined, full]);
});

test('a store that throws before it returns a promise fails like any other', async () => {
  const b = await bench('a');
  const store = Object.assign(Object.create(b.store) as typeof b.store, {
    append: () => {
      throw new RangeError('no');
    },
  });
  const committer = new Committer({ store, clock: b.clock, problem: (error) => b.problems.push(error) });
  committer.push(row('a', 2), noting(b.told));
  await settle();
  expect(b.problems).toEqual([new RangeError('no')]);
  await committer.close();
  expect(b.told).toEqual(['a/2 dropped: StoreError']);
});

test('idle waits until everything is durable', async () => {
  const b = await bench('a');
  await b.committer.idle();
  b.push('a', 2);
  let isIdle = false;
  const idle = b.committer.idle().then(() => {
    isIdle = true;
  });
  await settle();
  b.push('a', 3);
  await b.commit();
  await settle();
  expect(isIdle).toBe(false);
  await b.commit();
  await idle;
  expect(b.told).toEqual(['a/2', 'a/3']);
});

test('close waits for the transaction that is under way, and drops the rows behind it and all that come later', async () => {
  const b = await bench('a');
  b.push('a', 2);
  await settle();
  b.push('a', 3);
  const closed = b.committer.close();
  await settle();
  expect(b.told).toEqual([]);
  await b.commit();
  await closed;
  expect(b.told).toEqual(['a/2', 'a/3 dropped: StoreError']);
  b.push('a', 4);
  expect(b.told).toHaveLength(2);
  await b.committer.idle();
  expect(b.told.at(-1)).toBe('a/4 dropped: StoreError');
  expect(b.batches).toEqual([['a/2']]);
  await b.committer.close();
});

test('close does not wait for the next try of a store that fails', async () => {
  const b = await bench('a');
  b.push('a', 2);
  await settle();
  b.fail(new Error('disk full'));
  await settle();
  b.push('a', 3);
  await b.committer.close();
  expect(b.told).toEqual(['a/2 dropped: StoreError', 'a/3 dropped: StoreError']);
  expect(b.clock.pending).toBe(0);
  expect(b.committer.pending).toBe(0);
});

test('close drops the rows of a transaction that fails while it waits', async () => {
  const b = await bench('a');
  b.push('a', 2);
  await settle();
  const closed = b.committer.close();
  b.fail(new Error('disk full'));
  await closed;
  expect(b.told).toEqual(['a/2 dropped: StoreError']);
});

test('what one owner throws reaches nobody else', async () => {
  const b = await bench('a', 'b');
  const thrown: unknown[] = [];
  const caught = (callback: () => void): void => {
    try {
      callback();
    } catch (error) {
      thrown.push(error);
    }
  };
  const clock: Clock = { ...systemClock, yield: (callback) => b.clock.yield(() => caught(callback)) };
  const committer = new Committer({ store: b.store, clock, problem: (error) => b.problems.push(error) });
  committer.push(row('a', 2), {
    ...noting(b.told),
    committed: () => {
      throw new Error('a bug');
    },
  });
  committer.push(row('b', 2), noting(b.told));
  await settle();
  await b.commit();
  await settle();
  expect(b.told).toEqual(['b/2']);
  expect(thrown).toEqual([new Error('a bug')]);
  expect(b.problems).toEqual([]);
});
