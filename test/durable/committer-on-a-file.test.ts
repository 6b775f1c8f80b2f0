import { settle, virtualClock } from 'millrace/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Committer } from '../../src/durable/committer.ts';
import { openFile } from '../../src/stores/sqlite-open.ts';
import { FileStore } from '../../src/stores/sqlite-store.ts';
import { newPlace, type Place } from '../stores/files.ts';
import { newRun, noting } from './hand-store.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

test('rows wait while the disk is full, and are committed in their order when there is room', async () => {
  const file = openFile(place.file, {});
  await using store = new FileStore(place.file, file);
  await store.create(newRun('a'));
  const clock = virtualClock();
  const [told, problems]: [string[], unknown[]] = [[], []];
  const committer = new Committer({ store, clock, problem: (error) => problems.push(error) });
  const owner = noting(told);
  file.connection.exec('PRAGMA max_page_count = 30');
  for (let seq = 2; seq < 52; seq += 1) committer.push({ runId: 'a', row: { seq, at: seq, text: JSON.stringify('x'.repeat(5_000)) } }, owner);
  await settle();
  await clock.advance('1s');
  expect(problems).toEqual([expect.objectContaining({ code: 'store-full' })]);
  expect(told).toEqual([]);
  expect((await store.load('a'))?.rows).toHaveLength(1);
  file.connection.exec('PRAGMA max_page_count = 100000');
  await clock.advance('10s');
  await committer.close();
  expect(told).toEqual(Array.from({ length: 50 }, (_, nth) => `a/${nth + 2}`));
  expect(problems.at(-1)).toBe(undefined);
  expect((await store.load('a'))?.rows).toHaveLength(51);
});

test('a run that another process claimed is fenced, and the rows of the others are committed', async () => {
  await using store = new FileStore(place.file, openFile(place.file, {}));
  await using other = new FileStore(place.file, openFile(place.file, {}));
  for (const runId of ['a', 'b']) await store.create(newRun(runId));
  await other.claim({ owner: 'bert', now: 1, leaseUntil: 2, limit: 1, runId: 'a', text: () => '[]' });
  const told: string[] = [];
  const committer = new Committer({ store, clock: virtualClock(), problem: () => expect.unreachable() });
  const owners = new Map(['a', 'b'].map((runId) => [runId, noting(told)]));
  for (let seq = 2; seq < 5; seq += 1) {
    for (const [runId, owner] of owners) committer.push({ runId, row: { seq, at: seq, text: '[]' } }, owner);
    await settle();
  }
  await committer.close();
  expect(told).toEqual(['a/2 fenced', 'b/2', 'a/3 fenced', 'b/3', 'a/4 fenced', 'b/4']);
  expect((await store.load('a'))?.rows.map(({ seq }) => seq)).toEqual([1, 2]);
});
