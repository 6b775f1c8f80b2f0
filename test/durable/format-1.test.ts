import { describe, expect, test } from 'vitest';
import { fold } from '../../src/durable/fold.ts';
import { rowOf } from '../../src/durable/rows.ts';
import { snapshotOf } from '../../src/durable/snapshot-text.ts';
import type { Snapshot } from '../../src/durable/snapshot.ts';
import type { StoredRow } from '../../src/durable/store.ts';
import { stateOf } from '../../src/durable/state-of.ts';
import { textOf } from '../project/support.ts';
import { problemsOfEnds } from './ends.ts';
import { storedRun } from './journal.ts';

interface Recorded {
  readonly name: string;
  readonly rows: readonly StoredRow[];
  readonly snapshot: string;
  readonly state: Snapshot;
}

/*
 * Journals as the first release wrote them. This file is never written again, whatever becomes of the code: a new format gets a new one
 * beside it, and both are read for ever.
 */
const journals = JSON.parse(textOf('test/fixtures/journal-format-1.json')) as readonly Recorded[];

describe('format 1', () => {
  test.each(journals)('reads the journal of $name', ({ rows, state }) => {
    expect(stateOf(storedRun(rows))).toStrictEqual(state);
    expect(problemsOfEnds(rows.map((row) => rowOf(row)))).toEqual([]);
  });

  test.each(journals)('reads the snapshot of $name', ({ snapshot, state }) => {
    expect(snapshotOf(snapshot)).toStrictEqual(state);
    expect(fold([], snapshotOf(snapshot))).toStrictEqual(state);
  });

  test('has every kind of entry', () => {
    const kinds = new Set(journals.flatMap(({ rows }) => rows).flatMap((row) => rowOf(row).entries).map(({ t }) => t));
    expect([...kinds].toSorted()).toEqual(
      ['claimed', 'created', 'ended', 'failed', 'latched', 'migrated', 'paused', 'recovered', 'resumed', 'retrying', 'returned', 'skipped', 'started', 'stopped', 'succeeded', 'suspended'],
    );
  });
});
