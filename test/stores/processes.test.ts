import { afterEach, beforeEach, expect, test } from 'vitest';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { root, runNode } from '../project/support.ts';
import { newPlace, type Place } from './files.ts';

interface Share {
  readonly isFirst: boolean;
  readonly appended: readonly number[];
  readonly claimed: readonly string[];
  readonly posted: readonly string[];
}

const owners = ['anna', 'bert', 'cleo'];
const rowsOfEach = 200;

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

async function share(owner: string): Promise<Share> {
  const { code, stdout, stderr } = await runNode(['--import', 'tsx', 'test/stores/programs/share.ts', place.file, owner, String(rowsOfEach)], root);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' }); // nothing is written there, about experiments of Node neither
  return JSON.parse(stdout) as Share; // our own program
}

test('processes that make one file together create a run once, and each number goes to one of them', { timeout: 60_000 }, async () => {
  const shares = await Promise.all(owners.map(share));
  expect(shares.filter(({ isFirst }) => isFirst)).toHaveLength(1);
  const appended = shares.flatMap((one) => one.appended);
  expect(appended.toSorted((a, b) => a - b)).toEqual(Array.from({ length: owners.length * rowsOfEach }, (_, nth) => nth + 2));
  await using store = sqliteStore(place.file);
  const rows = (await store.load('shared'))?.rows ?? [];
  for (const [nth, { appended: mine }] of shares.entries()) {
    expect(rows.filter(({ text }) => text === JSON.stringify([owners[nth]])).map(({ seq }) => seq)).toEqual(mine);
  }
  expect(await store.checkIntegrity()).toEqual([]);
});

test('processes that claim from one file get each run once', { timeout: 60_000 }, async () => {
  await using store = sqliteStore(place.file);
  const runIds = Array.from({ length: 300 }, (_, nth) => `r${nth}`);
  await Promise.all(
    runIds.map((runId) => store.create({ runId, flow: 'idle', fingerprint: 'f', owner: 'gone', leaseUntil: 0, row: { seq: 1, at: 1, text: '[]' } })),
  );
  const shares = await Promise.all(owners.map(share));
  expect(shares.flatMap(({ claimed }) => claimed).toSorted()).toEqual(runIds.toSorted());
  for (const [nth, { claimed }] of shares.entries()) {
    for (const runId of claimed) expect(await store.load(runId)).toMatchObject({ head: { owner: owners[nth], epoch: 2 }, rows: [{ seq: 1 }, { seq: 2 }] });
  }
});

test('messages that several processes post to a run of another one count once, and its owner reads them', { timeout: 60_000 }, async () => {
  await using store = sqliteStore(place.file);
  await store.create({ runId: 'addressed', flow: 'f', fingerprint: 'f', owner: 'zoe', leaseUntil: 10 ** 15, row: { seq: 1, at: 1, text: '[]' } });
  const shares = await Promise.all(owners.map(share));
  const ids = Array.from({ length: 100 }, (_, nth) => `m${nth}`);
  expect(shares.flatMap(({ posted }) => posted).toSorted()).toEqual(ids.toSorted());
  const read = (await store.messages('zoe')).map(({ message }) => message);
  expect(read.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  for (const [nth, { posted }] of shares.entries()) {
    expect(read.filter(({ text }) => text === JSON.stringify([owners[nth]])).map(({ id }) => id)).toEqual(posted);
  }
  for (const owner of owners) expect((await store.messages(owner)).map(({ runId }) => runId)).not.toContain('addressed');
});
