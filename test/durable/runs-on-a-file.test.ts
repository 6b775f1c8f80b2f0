import { settle } from 'millrace/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CorruptJournalError } from '../../src/durable/journal-errors.ts';
import { rowOf } from '../../src/durable/rows.ts';
import { stateOf } from '../../src/durable/state-of.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { chooseDriver } from '../../src/stores/sqlite-choice.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { newPlace, type Place } from '../stores/files.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

const open = (): Store => sqliteStore(place.file, { synchronous: 'normal' });

interface Loop {
  readonly failures?: number;
  readonly hangs?: boolean;
  readonly calls?: string[];
}

/** A step that fails so often, then one that may wait for ever. */
function loop(store: Store, owner: string, { failures = 0, hangs = false, calls = [] }: Loop) {
  const flows = createFlows({ store, owner, yieldAfter: '1h' });
  const process = flows.registerFlow<undefined>('loop').process('p');
  let left = failures;
  const again = process
    .customStep((s) => {
      s.set('tried', left);
      if (left-- > 0) throw new Error('not yet');
      calls.push('again');
      return 'done';
    }, 'again')
    .stepRetry(5_000);
  process.customStep((s) => {
    calls.push('after');
    return hangs ? new Promise(() => undefined) : `${s.result(again)} with ${String(s.get('tried'))} left`;
  }, 'after', again);
  return { flows, flow: process.flow };
}

async function atWork(store: Store): Promise<void> {
  const calls: string[] = [];
  const { flow } = loop(store, 'first', { failures: 1_200, hangs: true, calls });
  flow.start(undefined, { runId: 'r' });
  while (calls.length < 2) await settle();
}

test('a run goes on from a snapshot and the rows behind it', async () => {
  const store = open();
  await atWork(store);
  const stored = (await store.load('r'))!;
  expect(stored.snapshot).toBeDefined();
  expect(stored.rows.length).toBeLessThan(300);
  await store.release((await store.load('r'))!.head.owner!, ['r']);
  await store.close();
  const second = open();
  const calls: string[] = [];
  const { flows } = loop(second, 'second', { calls });
  const [run] = await flows.recover();
  expect((await run!.done).value('after')).toBe('done with 0 left');
  expect(calls).toEqual(['after']);
  expect(stateOf((await second.load('r'))!)).toMatchObject({ epoch: 2, paths: { 'p/again': { s: 'succeeded', n: 1_201 } } });
  await second.close();
});

test('a snapshot that was changed is an error of that run, named as such', async () => {
  const store = open();
  await atWork(store);
  await store.release((await store.load('r'))!.head.owner!, ['r']);
  await store.close();
  const connection = chooseDriver(undefined).open(place.file);
  connection.exec("UPDATE snapshots SET text = replace(text, 'p/again', 'p/agaim')");
  connection.close();
  const second = open();
  const { flows } = loop(second, 'second', {});
  await expect(flows.resume('r')).rejects.toThrow(CorruptJournalError);
  await expect(flows.resume('r')).rejects.toThrow(/the journal of run 'r' is corrupt: .*snapshot/);
  await second.close();
});

test('check looks at runs that are at work elsewhere, and leaves them alone', async () => {
  const [store, other] = [open(), open()];
  await atWork(store);
  const before = (await other.load('r'))!;
  const fits = loop(other, 'second', {}).flows;
  expect(await fits.check()).toEqual({ fits: 1, migrates: 0, problems: [], unknownFlows: new Map() });
  const changed = createFlows({ store: other });
  changed.registerFlow<undefined>('loop').process('p').customStep(() => 'done', 'agains');
  expect((await changed.check()).problems).toMatchObject([
    { runId: 'r', differences: ["'p/again' is recorded and not defined any more; is it 'p/agains' now?", "'p/after' is recorded and not defined any more"] },
  ]);
  expect(await other.load('r')).toEqual(before);
  expect(await other.loadDefinition('loop', changed.get('loop')!.graph().fingerprint)).toBeUndefined();
  expect(rowOf(before.rows.at(-1)!).entries.at(-1)).toMatchObject({ t: 'started', p: 'p/after' });
  await Promise.all([store.close(), other.close()]);
});
