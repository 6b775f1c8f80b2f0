import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClaimRequest } from '../../src/durable/store.ts';
import { openFile } from '../../src/stores/sqlite-open.ts';
import { type SqliteStore, sqliteStore } from '../../src/stores/sqlite.ts';
import { newPlace, type Place } from './files.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

const claim: ClaimRequest = { owner: 'bert', now: 100, leaseUntil: 200, limit: 10, text: () => '[]' };

/** Everything that reads texts of the file. */
async function readAll(store: SqliteStore): Promise<void> {
  await store.list();
  await store.load('r1');
  await store.messages('anna');
  await store.loadDefinition('order', 'f');
  await store.renew('anna', 50, ['r1', 'r2']);
  await store.post('r1', { id: 'm2', at: 1, text: '[]' });
  await store.checkIntegrity();
}

async function fill(store: SqliteStore, runId: string): Promise<void> {
  await store.create({ runId, flow: 'order', fingerprint: 'f', owner: 'anna', leaseUntil: 0, row: { seq: 1, at: 1, text: '["row 1"]' } });
  await store.append([{ runId, row: { seq: 2, at: 2, text: '["row 2"]' }, snapshot: '["snapshot"]' }, { runId, row: { seq: 3, at: 3, text: '["row 3"]' } }]);
  await store.post(runId, { id: 'm1', at: 1, text: '["message"]' });
  await store.saveDefinition('order', 'f', '{}');
}

const noText = "CAST(x'5bff5d' AS TEXT)"; // no bytes of UTF-8

// one flipped bit is enough; some drivers cannot be given such bytes as a text
test.for<[column: string, change: string, damage?: string]>([
  ['the text of a row', `UPDATE journal SET text = ${noText} WHERE run = 1 AND seq = 3`, 'the text of row 3 is not the one that was written: its checksum differs'],
  ['the text of a snapshot', `UPDATE snapshots SET text = ${noText} WHERE run = 1`, 'the text of snapshot 2 is not the one that was written: its checksum differs'],
  ['the text of a message', `UPDATE messages SET text = ${noText} WHERE run = 1`, "the text of message 'm1' is not the one that was written: its checksum differs"],
  ['the id of a message', `UPDATE messages SET id = ${noText} WHERE run = 1`],
  ['the id of a run', `UPDATE runs SET run_id = ${noText} WHERE id = 1`],
  ['the flow of a run', `UPDATE runs SET flow = ${noText} WHERE id = 1`],
  ['the fingerprint of a run', `UPDATE runs SET fingerprint = ${noText} WHERE id = 1`],
  ['the owner of a run', `UPDATE runs SET owner = ${noText} WHERE id = 1`],
  ['a definition', `UPDATE definitions SET text = ${noText}`],
])('%s that is no text any more harms its run at most', async ([, change, damage]) => {
  const { connection } = openFile(place.file, {});
  await using store = sqliteStore(place.file);
  await fill(store, 'r1');
  await fill(store, 'r2');
  connection.exec(change);
  connection.close();
  await readAll(store);
  if (damage !== undefined) expect((await store.load('r1'))?.damage).toBe(damage);
  const claimed = await store.claim(claim);
  expect(claimed.find(({ head }) => head.runId === 'r2')).toMatchObject({ intact: true, rows: [{ seq: 3, text: '["row 3"]' }, { seq: 4 }], messages: [{ id: 'm1', text: '["message"]' }] });
  expect(claimed.find(({ head }) => head.runId !== 'r2')?.damage).toBe(damage);
});
