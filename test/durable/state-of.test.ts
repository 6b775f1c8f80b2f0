import { describe, expect, test } from 'vitest';
import { fold } from '../../src/durable/fold.ts';
import { snapshotText } from '../../src/durable/snapshot-text.ts';
import { stateOf } from '../../src/durable/state-of.ts';
import { journal, storedRow, storedRun } from './journal.ts';

const p = 'main/a';
const rows = journal({ t: 'started', p, n: 1 }, { t: 'succeeded', p, v: '"a value"' }, { t: 'ended', s: 'succeeded' });
const stored = rows.map(storedRow);

describe('the state of a stored run', () => {
  test('is what its rows fold to', () => {
    expect(stateOf(storedRun(stored))).toStrictEqual(fold(rows));
  });

  test('is the same from a snapshot and the rows after it', () => {
    for (let seq = 1; seq <= rows.length; seq++) {
      const snapshot = { seq, text: snapshotText(fold(rows.slice(0, seq))) };
      expect(stateOf(storedRun(stored.slice(seq), snapshot))).toStrictEqual(fold(rows));
    }
  });

  test.each([
    ['a flipped character in a value', stored.map((row) => ({ ...row, text: row.text.replace('a value', 'a Value') })), 'row 3 does not match its checksum'],
    ['a missing row', stored.filter(({ seq }) => seq !== 2), 'row 2 is missing: row 3 comes after row 1'],
    ['no rows', [], 'it has no entry'],
  ])('with %s is an error that names the run', (_, wrong, what) => {
    expect(() => stateOf(storedRun(wrong))).toThrow(`the journal of run 'order-1' is corrupt: ${what}; restore the run from a copy, or delete it`);
  });

  test('is not looked at twice when the store says that its texts are intact', () => {
    const wrong = stored.map((row) => ({ ...row, text: row.text.replace('a value', 'a Value') }));
    expect(stateOf({ ...storedRun(wrong), intact: true }).paths[p]).toMatchObject({ v: '"a Value"' });
    expect(() => stateOf({ ...storedRun(wrong.map((row) => ({ ...row, text: row.text.slice(1) }))), intact: true })).toThrow('row 1 does not match its checksum');
    expect(() => stateOf({ ...storedRun(wrong.map((row) => ({ ...row, text: row.text.replace('"p"', '"q"') }))), intact: true })).toThrow('row 2, entry 1: started.q is not known');
  });

  test('of a run that has ended, without the row that says so, is an error', () => {
    const { head, ...rest } = storedRun(stored.slice(0, 2));
    const run = { ...rest, head: { ...head, status: 'failed' as const } };
    expect(() => stateOf(run)).toThrow('its last rows are missing: it is marked as failed, and no row says so; ');
  });

  test('with a snapshot of another row is an error', () => {
    const text = snapshotText(fold(rows.slice(0, 2)));
    expect(() => stateOf(storedRun(stored.slice(3), { seq: 3, text }))).toThrow('its snapshot is kept as one of row 3, but is one of row 2; ');
  });
});
