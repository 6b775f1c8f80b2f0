import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/durable/entry.ts';
import { CorruptJournalError, UnknownFormatError } from '../../src/durable/journal-errors.ts';
import { rowOf, rowText } from '../../src/durable/rows.ts';
import { seal } from '../../src/durable/seal.ts';
import { created } from './journal.ts';

const everything: readonly Entry[] = [
  created,
  { ...created, options: { graceMs: 0, limit: 3, failFast: true, tiered: true, finishTier: true, strict: true, flowTimeoutMs: 1.5 } },
  { t: 'claimed', owner: 'one', epoch: 1 },
  { t: 'started', p: 'main/a', n: 1 },
  { t: 'returned', p: 'main/a', s: 'succeeded', v: '1', w: [['plain', 'k', '1'], ['typed', 'k', '2']] },
  { t: 'returned', p: 'main/a', s: 'failed', e: '"no"', why: 'encode' },
  { t: 'returned', p: 'main/a', s: 'stopped', w: [] },
  { t: 'succeeded', p: 'main/a' },
  { t: 'succeeded', p: 'main/a', v: '"\u2028 \ud800 ü"', w: [['plain', '', '']] },
  { t: 'failed', p: 'main/a', e: '"no"', why: 'callback', at: { stage: 'after', level: 'registry', order: 2 }, w: [], abandoned: true },
  { t: 'skipped', p: 'main/a', cascade: true, e: '"no"' },
  { t: 'stopped', p: 'main/a', w: [], abandoned: true },
  { t: 'retrying', p: 'main/a', n: 2, at: 12.5, e: '"no"', w: [] },
  { t: 'latched', p: '', mode: 'abort', why: 'timeout', force: true, v: '1' },
  { t: 'paused', p: 'main' },
  { t: 'resumed', p: 'main' },
  { t: 'suspended', p: 'main', resources: [{ name: 'db', entity: '1', entries: [['plain', 'k', '1']] }] },
  { t: 'recovered' },
  { t: 'migrated', fingerprint: 'f2' },
  { t: 'ended', s: 'stopped' },
];

const stored = (text: string): { seq: number; at: number; text: string } => ({ seq: 3, at: 5, text });
const read = (entries: unknown): unknown => rowOf(stored(seal(JSON.stringify(entries))), 'order-1');

function problemOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('a row', () => {
  test('comes back as it was written, with every kind of entry', () => {
    expect(rowOf(stored(rowText(everything)))).toStrictEqual({ seq: 3, at: 5, entries: everything });
  });

  test('is JSON', () => {
    expect(JSON.parse(rowText(everything))).toEqual([expect.any(Number), everything]);
  });

  test('may have no entries', () => {
    expect(rowOf(stored(rowText([]))).entries).toEqual([]);
  });

  test('is not read any more when a single character of it has changed, is lost or was added', () => {
    const text = rowText(everything.slice(0, 5));
    for (let at = 0; at < text.length; at++) {
      const [before, here, after] = [text.slice(0, at), text.charCodeAt(at), text.slice(at + 1)];
      for (const wrong of [before + String.fromCharCode(here ^ 1) + after, before + after, `${before}x${text.slice(at)}`]) {
        const error = problemOf(() => rowOf(stored(wrong), 'order-1'));
        expect(error).toBeInstanceOf(CorruptJournalError);
        expect(error).toMatchObject({ runId: 'order-1', seq: 3 });
      }
    }
  });

  test.each([
    ['', 'row 3 does not match its checksum'],
    ['[]', 'row 3 does not match its checksum'],
    [JSON.stringify(everything), 'row 3 does not match its checksum'],
    [seal('[{"t":'), 'row 3 is not JSON'],
    [seal('{}'), 'row 3 is an object instead of a list of entries'],
    [seal('[1]'), 'row 3, entry 1: entry is 1 instead of an object'],
    [seal('[[]]'), 'row 3, entry 1: entry is a list instead of an object'],
  ])('%s is corrupt', (text, what) => {
    expect(() => rowOf(stored(text), 'order-1')).toThrow(`the journal of run 'order-1' is corrupt: ${what}; restore the run from a copy, or delete it`);
  });

  test.each([
    [{ t: 'strated', p: 'main/a', n: 1 }, "entry.t is 'strated', which is not known"],
    [{ t: 'constructor' }, "entry.t is 'constructor', which is not known"],
    [{ p: 'main/a' }, 'entry.t is undefined, which is not known'],
    [{ t: 'started', p: 'main/a' }, 'started.n is missing'],
    [{ t: 'started', p: 'main/a', n: '1' }, "started.n is '1' instead of a whole number from 1"],
    [{ t: 'started', p: 'main/a', n: 0 }, 'started.n is 0 instead of a whole number from 1'],
    [{ t: 'started', p: null, n: 1 }, 'started.p is null instead of a text'],
    [{ t: 'started', p: 'main/a', n: 1, o: 2 }, 'started.o is not known'],
    [{ t: 'succeeded', p: 'main/a', v: null }, 'succeeded.v is null instead of a text'],
    [{ t: 'succeeded', p: 'main/a', w: {} }, 'succeeded.w is an object instead of a list'],
    [{ t: 'succeeded', p: 'main/a', w: [['plain', 'k', 'v'], ['plain', 'k']] }, 'succeeded.w[1] is a list instead of a list of 3'],
    [{ t: 'succeeded', p: 'main/a', w: [['odd', 'k', 'v']] }, "succeeded.w[0][0] is 'odd' instead of 'plain' or 'typed'"],
    [{ t: 'returned', p: 'main/a', s: 'skipped' }, "returned.s is 'skipped', which is not known"],
    [{ t: 'returned', p: 'main/a', s: 'succeeded', e: '1' }, 'returned.e is not known'],
    [{ t: 'failed', p: 'main/a', e: '1', why: 'error', at: { stage: 'body', level: 'step', order: 1 } }, "failed.at.stage is 'body' instead of 'before' or 'after'"],
    [{ t: 'failed', p: 'main/a', e: '1', why: 'error', abandoned: false }, 'failed.abandoned is false instead of true'],
    [{ ...created, options: {} }, 'created.options.graceMs is missing'],
    [{ ...created, format: '1' }, "created.format is '1' instead of a whole number from 1"],
    [{ t: 'suspended', p: 'main', resources: [{ name: 'db', entity: '1', entries: [['plain', 'k']] }] }, 'suspended.resources[0].entries[0] is a list instead of a list of 3'],
  ])('an entry %o is corrupt', (wrong, what) => {
    expect(() => read([{ t: 'recovered' }, wrong])).toThrow(`the journal of run 'order-1' is corrupt: row 3, entry 2: ${what}; restore the run from a copy, or delete it`);
  });

  test.each([
    [{ seq: 0, at: 5 }, 'the number of a row is 0 instead of a whole number from 1'],
    [{ seq: 3, at: NaN }, 'row 3: its time is NaN instead of a number'],
  ])('with %o is corrupt', (place, what) => {
    expect(() => rowOf({ ...place, text: rowText([]) })).toThrow(`the journal of a run is corrupt: ${what}; `);
  });

  test('of a later format is not corrupt, whatever else it has', () => {
    const error = problemOf(() => read([{ t: 'created', format: 7, colour: 'red' }]));
    expect(error).toBeInstanceOf(UnknownFormatError);
    expect(error).toMatchObject({
      name: 'UnknownFormatError',
      code: 'unknown-format',
      format: 7,
      runId: 'order-1',
      message: "run 'order-1' is recorded in format 7, and this version reads format 1; go on with it in the version that recorded it, or a later one",
    });
  });
});
