import { describe, expect, test } from 'vitest';
import { fold } from '../../src/durable/fold.ts';
import { CorruptJournalError, UnknownFormatError } from '../../src/durable/journal-errors.ts';
import { seal } from '../../src/durable/seal.ts';
import { snapshotOf, snapshotText } from '../../src/durable/snapshot-text.ts';
import type { PathRecord, Snapshot } from '../../src/durable/snapshot.ts';
import { first, journal } from './journal.ts';

const record: PathRecord = { s: 'failed', n: 2, at: 9, begin: 0, end: 1, since: 4, v: '1', w: [['plain', 'k', '1']], e: '"no"', why: 'callback', how: 'succeeded' };
const full: Snapshot = {
  ...fold(journal()),
  paths: { 'main/a': { ...record, retryAt: 7, breakPoint: { stage: 'after', level: 'step', order: 1 }, crashes: 1, cascade: true, abandoned: true } },
  latches: [{ p: '', mode: 'drain', why: 'stop', force: true, v: '1', at: 3 }],
  paused: ['main'],
  resources: { main: [{ name: 'db', entity: '1', entries: [['plain', 'k', '1']] }] },
  recovered: 1,
  ended: { s: 'failed', at: 9 },
};

const states = "'started' or 'lost' or 'open' or 'returned' or 'retrying' or 'reset' or 'succeeded' or 'failed' or 'skipped' or 'stopped'";
const read = (changes: object): unknown => snapshotOf(seal(JSON.stringify({ ...full, ...changes })), 'order-1');

describe('the text of a state', () => {
  test('brings every field back', () => {
    expect(snapshotOf(snapshotText(full))).toStrictEqual(full);
  });

  test('brings back that a run belongs to nobody', () => {
    const state = fold([{ seq: 1, at: 1, entries: first.slice(0, 1) }]);
    expect(snapshotOf(snapshotText(state))).toStrictEqual(state);
    expect(Object.keys(state)).toContain('owner');
  });

  test('brings back processes that are called like properties of objects', () => {
    const entries = ['__proto__', 'constructor'].map((p) => ({ t: 'suspended', p, resources: [] }) as const);
    const state = fold(journal(entries));
    expect(Object.keys(state.resources)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(snapshotOf(snapshotText(state)).resources)).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(fold([], snapshotOf(snapshotText(state))).resources)).toEqual(['__proto__', 'constructor']);
  });

  test('is not read any more when a single character of it has changed', () => {
    const text = snapshotText(full);
    for (let at = 0; at < text.length; at++) {
      const wrong = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
      expect(() => snapshotOf(wrong, 'order-1')).toThrow(CorruptJournalError);
    }
  });

  test.each([
    [{ seq: 0 }, 'seq is 0 instead of a whole number from 1'],
    [{ flow: undefined }, 'flow is missing'],
    [{ owner: null }, 'owner is null instead of a text'],
    [{ colour: 'red' }, 'colour is not known'],
    [{ paths: [] }, 'paths is a list instead of an object'],
    [{ paths: { 'main/a': { ...record, s: 'done' } } }, `paths['main/a'].s is 'done' instead of ${states}`],
    [{ paths: { 'main/a': { s: 'started', n: 1 } } }, "paths['main/a'].at is missing"],
    [{ latches: [{ p: '' }] }, 'latches[0].mode is missing'],
    [{ ended: { s: 'lost', at: 1 } }, "ended.s is 'lost' instead of 'succeeded' or 'failed' or 'stopped'"],
    [{ format: 0 }, 'format is 0 instead of a whole number from 1'],
  ])('with %o is corrupt', (changes, what) => {
    const message = `the journal of run 'order-1' is corrupt: its snapshot: ${what}; restore the run from a copy, or delete it`;
    expect(() => read(changes)).toThrow(expect.objectContaining({ name: 'CorruptJournalError', seq: undefined, runId: 'order-1', message }));
  });

  test('of a later format is not corrupt, whatever else it has', () => {
    expect(() => snapshotOf(seal('{"format":2,"colour":"red"}'))).toThrow(UnknownFormatError);
    expect(() => read({ format: 2, flow: 1 })).toThrow("run 'order-1' is recorded in format 2, and this version reads format 1; ");
  });

  test('that is no object is corrupt', () => {
    expect(() => snapshotOf(seal('[1]'))).toThrow('its snapshot is a list instead of an object; ');
    expect(() => snapshotOf(seal('[1'))).toThrow('its snapshot is not JSON; ');
    expect(() => snapshotOf(JSON.stringify(full))).toThrow('its snapshot does not match its checksum; ');
  });
});
