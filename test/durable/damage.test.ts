import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Flow, InternalError } from '../../src/index.ts';
import type { Codec } from '../../src/durable/codec.ts';
import { DecodeError } from '../../src/durable/codec-errors.ts';
import { encrypt } from '../../src/durable/encrypt.ts';
import { CorruptJournalError, UnknownFormatError } from '../../src/durable/journal-errors.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';
import { seal } from '../../src/durable/seal.ts';
import type { Store, StoredRow } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { chooseDriver } from '../../src/stores/sqlite-choice.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { newPlace, type Place } from '../stores/files.ts';
import { leftBehind } from './left-behind.ts';

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

const define = (flow: Flow<number>): void => {
  const process = flow.process('p');
  const a = process.customStep((s) => new Money(s.input), 'a');
  process.customStep((s) => s.result(a).cents * 2, 'b', a);
};

const codec = jsonCodec({ classes: [Money] });

interface Damage {
  /** What the bad run is written with. */
  readonly codec?: Codec;
  /** What all runs are read with. */
  readonly reader?: Codec;
  readonly change?: (row: StoredRow) => StoredRow;
  /** What is done to a file. */
  readonly sql?: string;
  readonly error: new (...given: never[]) => Error;
  readonly says: string;
}

const format = (row: StoredRow): StoredRow => (row.seq === 1 ? { ...row, text: seal(row.text.slice(row.text.indexOf(',') + 1, -1).replace('"format":1', '"format":2')) } : row);

const inTexts: readonly (readonly [what: string, damage: Damage])[] = [
  ['a flipped byte in a value', { change: (row) => ({ ...row, text: row.text.replace('cents', 'cemts') }), error: CorruptJournalError, says: "the journal of run 'bad' is corrupt: row 2 does not match its checksum; restore the run from a copy, or delete it" }],
  ['a missing row', { change: (row) => (row.seq === 1 ? row : { ...row, seq: row.seq + 1 }), error: CorruptJournalError, says: "the journal of run 'bad' is corrupt: row 2 is missing: row 3 comes after row 1" }],
  ['half a row', { change: (row) => ({ ...row, text: row.seq === 2 ? row.text.slice(0, 40) : row.text }), error: CorruptJournalError, says: "the journal of run 'bad' is corrupt: row 2" }],
  ['a later format', { change: format, error: UnknownFormatError, says: "run 'bad' is recorded in format 2, and this version reads format 1" }],
  ['a class that is not registered', { change: (row) => ({ ...row, text: row.seq === 2 ? seal(row.text.slice(row.text.indexOf(',') + 1, -1).replaceAll('Money', 'Price')) : row.text }), error: DecodeError, says: "a value of run 'bad' cannot be read: the text holds a 'Price', which is not registered; add its class to the classes of the codec" }],
  ['a key that is not there', { codec: encrypt({ key: 'old', keys: { old: new Uint8Array(32) }, codec }), reader: encrypt({ key: 'new', keys: { new: new Uint8Array(32).fill(1) }, codec, readPlain: true }), error: DecodeError, says: "a value of run 'bad' cannot be read: the text was encrypted with key 'old', which is not there; add it to the keys of encrypt" }],
];

const inFiles: readonly (readonly [what: string, damage: Damage])[] = [
  ['a flipped byte', { sql: "UPDATE journal SET text = replace(text, 'cents', 'cemts') WHERE seq = 2 AND run = (SELECT id FROM runs WHERE run_id = 'bad')", error: CorruptJournalError, says: "the journal of run 'bad' is corrupt: " }],
  ['a missing row', { sql: "DELETE FROM journal WHERE seq = 1 AND run = (SELECT id FROM runs WHERE run_id = 'bad')", error: CorruptJournalError, says: "the journal of run 'bad' is corrupt: row 1 is missing" }],
  ['no rows', { sql: "DELETE FROM journal WHERE run = (SELECT id FROM runs WHERE run_id = 'bad')", error: CorruptJournalError, says: "the journal of run 'bad' is corrupt: " }],
  ['bytes that are no text', { sql: "UPDATE journal SET text = x'ff00fe' WHERE seq = 2 AND run = (SELECT id FROM runs WHERE run_id = 'bad')", error: CorruptJournalError, says: "the journal of run 'bad' is corrupt: " }],
];

const damages = [...inTexts.map(([what, damage]) => ['texts', what, damage] as const), ...inFiles.map(([what, damage]) => ['file', what, damage] as const)];

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

/** A store with three unfinished runs, of which one is damaged. */
async function damaged(kind: 'texts' | 'file', { codec: other = codec, change, sql }: Damage): Promise<Store> {
  const store = kind === 'texts' ? memoryStore() : sqliteStore(place.file);
  await leftBehind(store, 'good 1', define, 2, { codec });
  await leftBehind(store, 'bad', define, 2, { codec: other, ...(change && { change }) });
  await leftBehind(store, 'good 2', define, 2, { codec });
  if (sql === undefined) return store;
  await store.close();
  const connection = chooseDriver(undefined).open(place.file);
  connection.exec(sql);
  connection.close();
  return sqliteStore(place.file);
}

function registry(store: Store, reader = codec): { readonly flows: ReturnType<typeof durable>; readonly problems: InternalError[] } {
  const problems: InternalError[] = [];
  const flows = durable(store, reader);
  flows.onInternalError((event) => problems.push(event));
  define(flows.registerFlow<number>('order'));
  return { flows, problems };
}

const durable = (store: Store, reader: Codec) => createFlows({ store, codec: reader, owner: 'me' });

describe.each(damages)('in %s: %s', (kind, _, damage) => {
  test('resume rejects with an error that names the run, and the others go on', async () => {
    const store = await damaged(kind, damage);
    const { flows } = registry(store, damage.reader);
    const error = await flows.resume('bad').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(damage.error);
    expect((error as Error).message).toContain(damage.says);
    for (const runId of ['good 1', 'good 2']) expect((await (await flows.resume(runId)).done).value('b')).toBe(14);
    await store.close();
  });

  test('recover tells of it once, and goes on with the others', async () => {
    const store = await damaged(kind, damage);
    const { flows, problems } = registry(store, damage.reader);
    const runs = await flows.recover();
    expect(runs.map((run) => run.id).sort()).toEqual(['good 1', 'good 2']);
    for (const run of runs) expect((await run.done).value('b')).toBe(14);
    expect(await flows.recover()).toEqual([]);
    expect(problems).toEqual([expect.objectContaining({ stage: 'recover', runId: 'bad', flow: 'order', error: expect.any(damage.error) as Error })]);
    await store.close();
  });

  test('check reports it beside the others', async () => {
    const store = await damaged(kind, damage);
    const { flows } = registry(store, damage.reader);
    const report = await flows.check();
    expect(report).toMatchObject({ fits: 2, problems: [{ runId: 'bad', flow: 'order', differences: [], error: expect.any(damage.error) as Error }] });
    await store.close();
  });
});

test.each(inTexts)('the result of a run that has ended with %s is an error that says so', async (_, { codec: other = codec, change, reader, error: type, says }) => {
  const store = memoryStore();
  await leftBehind(store, 'bad', define, 3, { codec: other, ...(change && { change }) });
  const error = await registry(store, reader).flows.result('bad').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toContain(says);
});
