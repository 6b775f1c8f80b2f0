import { chmodSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ClaimRequest } from '../../src/durable/store.ts';
import { FlowError, InvalidOptionError } from '../../src/errors.ts';
import { chooseDriver } from '../../src/stores/sqlite-choice.ts';
import { openFile } from '../../src/stores/sqlite-open.ts';
import { prepareStatements } from '../../src/stores/sqlite-statements.ts';
import { FileStore } from '../../src/stores/sqlite-store.ts';
import { StoreError } from '../../src/durable/store-error.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { type SqliteStore, sqliteStore } from '../../src/stores/sqlite.ts';
import { newPlace, type Place } from './files.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

const claim: ClaimRequest = { owner: 'bert', now: 100, leaseUntil: 200, limit: 10, text: () => '[]' };

async function fill(store: SqliteStore, runId: string, rows = 3): Promise<void> {
  expect(await store.create({ runId, flow: 'order', fingerprint: 'f', owner: 'anna', leaseUntil: 0, row: { seq: 1, at: 1, text: `["${runId} row 1"]` } })).toBe(true);
  for (let seq = 2; seq <= rows; seq += 1) await store.append([{ runId, row: { seq, at: seq, text: `["${runId} row ${seq}"]` } }]);
}

/** Makes a file with the runs r1 and r2, and closes it. */
async function filled(rows = 3): Promise<string> {
  const store = sqliteStore(place.file);
  await fill(store, 'r1', rows);
  await fill(store, 'r2', rows);
  await store.close();
  return place.file;
}

/** Replaces a text of the file by another one of the same length. */
function replace(text: string, by: string): void {
  const bytes = readFileSync(place.file);
  const at = bytes.indexOf(text);
  expect(at).toBeGreaterThan(0);
  bytes.write(by, at);
  writeFileSync(place.file, bytes);
}

/** Changes the file with a connection of its own. */
function change(sql: string): void {
  const { connection } = openFile(place.file, {});
  connection.exec(sql);
  connection.close();
}

/** Does something as a user who may not write where this one can. */
async function withoutRights(work: () => Promise<void>): Promise<void> {
  const { seteuid, geteuid } = process;
  chmodSync(place.file, 0o444);
  chmodSync(dirname(place.file), 0o555);
  const isRoot = geteuid?.() === 0;
  if (isRoot) seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) seteuid?.(0);
    chmodSync(dirname(place.file), 0o755);
  }
}

async function errorOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

test('a changed byte in a value harms its run only, and says which row it is in', async () => {
  await filled();
  replace('r1 row 2', 'r1 row 9');
  await using store = sqliteStore(place.file);
  expect((await store.load('r1'))?.damage).toBe('the text of row 2 is not the one that was written: its checksum differs');
  expect(await store.load('r2')).not.toHaveProperty('damage');
  expect((await store.claim(claim)).map(({ head, damage }) => [head.runId, damage === undefined])).toEqual([['r1', false], ['r2', true]]);
  expect(await store.checkIntegrity()).toEqual(["run 'r1': the text of row 2 is not the one that was written: its checksum differs"]);
});

test('texts may hold anything, and are kept apart', async () => {
  const texts = ['\u001e', 'a\u001eb', '', 'ü\u{1f600}', '1 2 3 '];
  const store = sqliteStore(place.file);
  await fill(store, 'r1', 1);
  await fill(store, 'r2', 1);
  const rows = texts.map((text, place) => ({ seq: place + 2, at: place === 1 ? -5 : place === 2 ? 1.5 : place, text }));
  await store.append(rows.map((row) => ({ runId: 'r1', row })));
  await store.append([{ runId: 'r2', row: { seq: 2, at: 2, text: 'ü' } }]);
  expect((await store.load('r1'))?.rows.slice(1)).toEqual(rows);
  expect(await store.load('r1')).toHaveProperty('intact', true);
  expect((await store.claim(claim)).map((run) => run.rows.map(({ seq, text }) => [seq, text]))).toEqual([
    [[1, '["r1 row 1"]'], ...rows.map(({ seq, text }) => [seq, text]), [7, '[]']],
    [[1, '["r2 row 1"]'], [2, 'ü'], [3, '[]']],
  ]);
  await store.close();
  change("UPDATE journal SET text = 'a' || char(30) || 'c' WHERE run = 1 AND seq = 3");
  await using again = sqliteStore(place.file);
  expect(await again.checkIntegrity()).toEqual(["run 'r1': the text of row 3 is not the one that was written: its checksum differs"]);
});

test.each([
  ['a text instead of a time', "at = 'soon'", undefined],
  ['bytes instead of a time', "at = x'ff00'", undefined],
  ['bytes instead of a checksum', "sum = x'ff00'", 'the text of row 2 is not the one that was written: its checksum differs'],
  ['bytes instead of a text', "text = x'ff00'", 'the text of row 2 is not the one that was written: its checksum differs'],
])('%s harms its run only', async (_, sql, damage) => {
  await filled();
  change(`UPDATE journal SET ${sql} WHERE run = 1 AND seq = 2`);
  await using store = sqliteStore(place.file);
  const [r1, r2] = await store.claim(claim);
  expect(r1?.rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(r1?.damage).toBe(damage);
  if (damage === undefined) expect(r1?.rows[1]?.at).toBeNaN();
  expect(r2).toMatchObject({ intact: true, rows: [{ at: 1 }, { at: 2 }, { at: 3 }, { at: 100 }] });
});

test('a changed byte in a snapshot harms its run only', async () => {
  const store = sqliteStore(place.file);
  await fill(store, 'r1');
  await fill(store, 'r2');
  await store.append([{ runId: 'r2', row: { seq: 4, at: 4, text: '[]' }, snapshot: '{"of":"r2"}' }]);
  await store.close();
  replace('{"of":"r2"}', '{"of":"r3"}');
  await using again = sqliteStore(place.file);
  expect((await again.load('r2'))?.damage).toBe('the text of snapshot 4 is not the one that was written: its checksum differs');
  expect(await again.load('r1')).not.toHaveProperty('damage');
});

test('a changed byte in a message harms its run only, and the message is not read', async () => {
  const store = sqliteStore(place.file);
  await fill(store, 'r1');
  await fill(store, 'r2');
  for (const runId of ['r1', 'r2']) await store.post(runId, { id: 'm1', at: 1, text: `"to ${runId}"` });
  await store.close();
  replace('"to r1"', '"to r9"');
  await using again = sqliteStore(place.file);
  const damage = "the text of message 'm1' is not the one that was written: its checksum differs";
  expect((await again.load('r1'))?.damage).toBe(damage);
  expect(await again.load('r2')).not.toHaveProperty('damage');
  expect(await again.checkIntegrity()).toEqual([`run 'r1': ${damage}`]);
  expect((await again.messages('anna')).map(({ runId }) => runId)).toEqual(['r2']);
});

test('no statement goes through a whole table, and claims need not sort', () => {
  const { connection } = openFile(place.file, {});
  const texts: string[] = [];
  prepareStatements({ ...connection, prepare: (sql) => (texts.push(sql), connection.prepare(sql)) });
  const planOf = (sql: string): string => connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map((row) => String(row['detail'])).join('; ');
  const plans = texts.map((sql) => [sql, planOf(sql)] as const);
  expect(plans.filter(([, plan]) => /SCAN (?!json_each|(\d+ )?CONSTANT ROW|\d+-ROW VALUES|given)/.test(plan))).toEqual([]);
  const claims = plans.filter(([sql]) => sql.includes('free_at <='));
  expect(claims).toHaveLength(2);
  for (const [, plan] of claims) expect(plan).toMatch(/^SEARCH r USING INDEX runs_free \(free_at<\?\)(?!.*TEMP B-TREE)/);
  connection.close();
});

test('a row that is missing is a gap in the numbers, and the run goes on at the number after the last one', async () => {
  await filled();
  change('DELETE FROM journal WHERE run = 1 AND seq = 2');
  await using store = sqliteStore(place.file);
  expect((await store.load('r1'))?.rows.map(({ seq }) => seq)).toEqual([1, 3]);
  expect((await store.claim(claim)).map(({ rows }) => rows.map(({ seq }) => seq))).toEqual([[1, 3, 4], [1, 2, 3, 4]]);
});

test('a file that was cut off is refused as damaged', async () => {
  await filled(2_000);
  truncateSync(place.file, 16_384);
  const error = await errorOf(async () => {
    await using store = sqliteStore(place.file);
    await store.load('r1');
    await store.load('r2');
  });
  expect(error).toMatchObject({ code: 'store-corrupt', store: place.file, name: 'StoreError' });
  expect((error as StoreError).cause).toBeInstanceOf(Error);
});

test('a page that was overwritten is found by checkIntegrity', async () => {
  await filled(2_000);
  const bytes = readFileSync(place.file);
  bytes.fill(0xa5, bytes.length - 8_192, bytes.length - 4_096);
  writeFileSync(place.file, bytes);
  await using store = sqliteStore(place.file);
  expect(await store.checkIntegrity()).not.toEqual([]);
});

test('a file that is whole has nothing to report', async () => {
  await filled(300);
  await using store = sqliteStore(place.file);
  expect(await store.checkIntegrity()).toEqual([]);
});

test('a file that is no database is refused as damaged, and stays as it is', async () => {
  const text = 'these are the accounts of the year, and no database; '.repeat(200);
  writeFileSync(place.file, text);
  expect(await errorOf(() => sqliteStore(place.file))).toMatchObject({
    code: 'store-corrupt',
    message: `the store '${place.file}' is damaged: file is not a database; restore a copy of the file`,
  });
  expect(readFileSync(place.file, 'utf8')).toBe(text);
});

test('a file of a later version, or of another program, is refused', async () => {
  await filled();
  change('PRAGMA user_version = 7');
  const version = `the store '${place.file}' has version 7, and this library knows version 1; update the library`;
  expect(await errorOf(() => sqliteStore(place.file))).toMatchObject({ code: 'store-version', message: version });
  const other = newPlace();
  const { connection } = chooseConnection(other.file);
  connection.exec('CREATE TABLE accounts (id INTEGER)');
  connection.close();
  const foreign = `the store '${other.file}' is a SQLite file of another program; give a file of its own`;
  expect(await errorOf(() => sqliteStore(other.file))).toMatchObject({ code: 'store-version', message: foreign });
  other.remove();
});

function chooseConnection(file: string): { readonly connection: ReturnType<ReturnType<typeof chooseDriver>['open']> } {
  return { connection: chooseDriver(undefined).open(file) };
}

test('a folder that is missing cannot be opened', async () => {
  const file = `${place.folder}/missing/runs.db`;
  const error = await errorOf(() => sqliteStore(file));
  expect(error).toBeInstanceOf(StoreError);
  expect(error).toMatchObject({ code: 'store-failed', store: file });
  expect((error as StoreError).message).toContain('give a file in a folder that exists and that this process may write to');
});

test('a full disk keeps what was committed, and the rows are taken when there is room again', async () => {
  const file = openFile(place.file, {});
  await using store = new FileStore(place.file, file);
  await fill(store, 'r1');
  file.connection.exec('PRAGMA max_page_count = 40');
  const rows = (from: number) => Array.from({ length: 100 }, (_, nth) => ({ runId: 'r1', row: { seq: from + nth, at: 9, text: `"${'x'.repeat(2_000)}"` } }));
  const error = await errorOf(() => store.append(rows(4)));
  expect(error).toMatchObject({ code: 'store-full', message: `the store '${place.file}' is full: database or disk is full; make room` });
  expect((await store.load('r1'))?.rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(await store.append([{ runId: 'r1', row: { seq: 4, at: 4, text: '[]' } }])).toEqual([true]);
  file.connection.exec('PRAGMA max_page_count = 100000');
  expect(await store.append(rows(5))).not.toContain(false);
});

test('a file and a folder that may not be written are refused', async () => {
  await filled();
  await withoutRights(async () => {
    const error = await errorOf(async () => {
      await using store = sqliteStore(place.file);
      await store.append([{ runId: 'r1', row: { seq: 4, at: 4, text: '[]' } }]);
    });
    expect(error).toBeInstanceOf(StoreError);
    expect(['store-read-only', 'store-failed']).toContain((error as StoreError).code);
    expect((error as StoreError).message).toMatch(/this process (may )?write to/);
  });
});

test('a file that became read-only while it was open rejects what writes, and still answers what reads', async () => {
  const file = openFile(place.file, {});
  await using store = new FileStore(place.file, file);
  await fill(store, 'r1');
  file.connection.exec('PRAGMA query_only = ON');
  expect(await errorOf(() => store.append([{ runId: 'r1', row: { seq: 4, at: 4, text: '[]' } }]))).toMatchObject({ code: 'store-read-only' });
  expect((await store.load('r1'))?.rows).toHaveLength(3);
  file.connection.exec('PRAGMA query_only = OFF');
  expect(await store.append([{ runId: 'r1', row: { seq: 4, at: 4, text: '[]' } }])).toEqual([true]);
});

test('a store that another process holds rejects after the busy timeout, and works again when it is free', async () => {
  await using store = sqliteStore(place.file, { busyTimeoutMs: 20 });
  await fill(store, 'r1');
  const { connection } = openFile(place.file, {});
  connection.exec('BEGIN IMMEDIATE');
  const busy = `the store '${place.file}' is busy: another process held it for more than 20 ms; database is locked`;
  expect(await errorOf(() => store.append([{ runId: 'r1', row: { seq: 4, at: 4, text: '[]' } }]))).toMatchObject({ code: 'store-busy', message: busy });
  expect((await store.load('r1'))?.rows).toHaveLength(3);
  expect(await store.claim({ ...claim, now: -1 })).toEqual([]); // nothing is due, so it asks for no lock
  expect(await store.claim({ ...claim, flows: ['none'] })).toEqual([]);
  connection.exec('ROLLBACK');
  connection.close();
  expect(await store.append([{ runId: 'r1', row: { seq: 4, at: 4, text: '[]' } }])).toEqual([true]);
});

test.each(['\0', 'm\ud800'])('the id %j of a message is refused', async (id) => {
  for (const store of [sqliteStore(place.file), memoryStore()]) {
    expect(await errorOf(() => store.post('r1', { id, at: 1, text: '[]' }))).toBeInstanceOf(InvalidOptionError);
    await store.close();
  }
});

test('a message that cannot be written rejects, and so do the runs that share its transaction', async () => {
  const file = openFile(place.file, {});
  await using store = new FileStore(place.file, file);
  await fill(store, 'r1');
  file.connection.exec('PRAGMA query_only = ON');
  const errors = await Promise.all([errorOf(() => store.post('r1', { id: 'm1', at: 1, text: '[]' })), errorOf(() => fill(store, 'r2'))]);
  expect(errors).toMatchObject([{ code: 'store-read-only' }, { code: 'store-read-only' }]);
  file.connection.exec('PRAGMA query_only = OFF');
  expect(await Promise.all([store.post('r1', { id: 'm1', at: 1, text: '[]' }), fill(store, 'r2')])).toEqual(['posted', undefined]);
});

test('a closed store says so', async () => {
  const store = sqliteStore(place.file);
  await store.close();
  expect(await errorOf(() => store.list())).toMatchObject({ code: 'store-closed', message: `the store '${place.file}' is closed; open another one` });
});

test('a store that was closed leaves one file that holds everything', async () => {
  await filled();
  const copy = newPlace();
  writeFileSync(copy.file, readFileSync(place.file));
  await using store = sqliteStore(copy.file);
  expect((await store.load('r2'))?.rows).toHaveLength(3);
  await store.close();
  copy.remove();
});

test('commits are synchronous with the disk, unless the store is told otherwise', () => {
  const levels = ([undefined, 'full', 'normal'] as const).map((synchronous) => {
    const { connection } = openFile(place.file, synchronous === undefined ? {} : { synchronous });
    const level = connection.prepare('SELECT synchronous AS level FROM pragma_synchronous').get()?.['level'];
    connection.close();
    return level;
  });
  expect(levels).toEqual([2, 2, 1]);
});

test.each([-1, 1.5, Number.NaN])('a busy timeout of %s is refused', (busyTimeoutMs) => {
  expect(() => sqliteStore(place.file, { busyTimeoutMs })).toThrow(new InvalidOptionError('invalid-option', `busyTimeoutMs is ${busyTimeoutMs}; give whole milliseconds, from 0`));
});

test.each(['a\0b', 'a\ud800', '\udc00'])('a name that cannot be told from another one is refused: %j', async (name) => {
  await using store = sqliteStore(place.file);
  const run = { runId: 'r1', flow: 'order', fingerprint: 'f', owner: 'anna', leaseUntil: 0, row: { seq: 1, at: 1, text: '[]' } };
  expect(await errorOf(() => store.create({ ...run, runId: name }))).toMatchObject({ code: 'invalid-option' });
  expect(await errorOf(() => store.create({ ...run, flow: name }))).toMatchObject({ code: 'invalid-option' });
});

test.each(['', 'x', '1/2/3', '1/', '/'])('a list does not go on after %j, which is no end of a page', async (after) => {
  await using store = sqliteStore(':memory:');
  expect(await errorOf(() => store.list({ after }))).toMatchObject({
    code: 'invalid-option',
    message: `the list of runs cannot go on after '${after}'; give what the page before had as 'next'`,
  });
});

test.each([0, -1, 1.5])('a page of %s runs is refused', async (limit) => {
  await using store = sqliteStore(':memory:');
  expect(await errorOf(() => store.list({ limit }))).toMatchObject({ code: 'invalid-option', message: `the limit of a list is ${limit}; give a whole number from 1` });
});

test('without a driver the error says which package to install', () => {
  const none = {
    node: () => undefined,
    libsql: () => {
      throw new Error("Cannot find module 'libsql'");
    },
  };
  const missing = `there is no driver for SQLite: Node ${process.version} has no node:sqlite`;
  expect(() => chooseDriver(undefined, none)).toThrow(
    new FlowError('driver-missing', `${missing}, and the package 'libsql' cannot be loaded; run npm install libsql, or use Node 22.13 or later`),
  );
  expect(() => chooseDriver('libsql', none)).toThrow("the package 'libsql' cannot be loaded; run npm install libsql");
  expect(() => chooseDriver('node:sqlite', none)).toThrow(`${missing}; use Node 22.13 or later, or leave the choice of the driver open`);
});
