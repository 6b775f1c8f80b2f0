import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/durable/entry.ts';
import { fold } from '../../src/durable/fold.ts';
import { rowOf } from '../../src/durable/rows.ts';
import { snapshotOf, snapshotText } from '../../src/durable/snapshot-text.ts';
import { problemsOfEnds } from './ends.ts';
import { storedRow } from './journal.ts';
import { histories } from './random-journals.ts';

const runs = { numRuns: 300 };

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** The journal as it was after each entry, those inside a row too. */
function cuts(rows: readonly Row[]): readonly (readonly Row[])[] {
  return rows.flatMap((row, index) => row.entries.map((_, count) => [...rows.slice(0, index), { ...row, entries: row.entries.slice(0, count + 1) }]));
}

describe('the state of any run', () => {
  test('is what happened to its nodes', () => {
    fc.assert(
      fc.property(histories, ({ rows, books, moments }) => {
        const state = fold(rows);
        expect(state.moments).toBe(moments);
        for (const [path, book] of books) {
          const record = state.paths[path];
          expect(record?.s ?? 'idle').toBe(book.state);
          if (record === undefined) continue;
          expect(record).toMatchObject({ n: book.n });
          expect([record.begin, record.end, record.crashes ?? 0]).toEqual([book.begin, book.end, book.crashes]);
          expect((record.w ?? []).map(([, name]) => name).toSorted()).toEqual([...book.keys].toSorted());
        }
      }),
      runs,
    );
  });

  test('is the same in one go and in two, wherever its rows are divided, also by way of its text', () => {
    fc.assert(
      fc.property(histories, ({ rows }) => {
        const whole = fold(rows);
        for (let at = 1; at <= rows.length; at++) {
          const half = fold(rows.slice(0, at));
          expect(fold(rows.slice(at), half)).toStrictEqual(whole);
          expect(fold(rows.slice(at), snapshotOf(snapshotText(half)))).toStrictEqual(whole);
        }
      }),
      runs,
    );
  });

  test('comes back from its text, and its rows from theirs', () => {
    fc.assert(
      fc.property(histories, ({ rows }) => {
        expect(rows.map((row) => rowOf(storedRow(row)))).toStrictEqual(rows);
        expect(snapshotOf(snapshotText(fold(rows)))).toStrictEqual(fold(rows));
      }),
      runs,
    );
  });

  test('can be told after every entry, also inside a row', () => {
    fc.assert(
      fc.property(histories, ({ rows }) => {
        const states = cuts(rows).map((cut) => fold(cut));
        for (const state of states) expect(snapshotOf(snapshotText(state))).toStrictEqual(state);
        expect(states.at(-1)).toStrictEqual(fold(rows));
      }),
      runs,
    );
  });

  test('is made without a change to rows or to the state before them', () => {
    fc.assert(
      fc.property(histories, fc.nat(), ({ rows }, seed) => {
        const at = 1 + (seed % rows.length);
        expect(() => fold(frozen(rows.slice(at)), frozen(fold(frozen(rows.slice(0, at)))))).not.toThrow();
      }),
      runs,
    );
  });
});

test('K12: random journals give every node one outcome between recoveries', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(histories, ({ rows }) => {
      for (const { entries } of rows) for (const { t } of entries) seen.add(t);
      expect(problemsOfEnds(rows)).toEqual([]);
    }),
    runs,
  );
  expect(seen.size).toBe(16); // every kind of entry
});
