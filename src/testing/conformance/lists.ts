import assert from 'node:assert/strict';
import type { RunQuery, Store } from '../../durable/store.ts';
import { addAll, append, appendAll, headFacts, HOUR, loaded, newRun, NOW, type Requirement } from './kit.ts';

/** What is asked about lists of runs. */
export const lists: readonly Requirement[] = [
  {
    title: 'runs are listed as they would be read, the newest first',
    async check({ store }) {
      assert.deepEqual(await found(store), []);
      await addAll(store, newRun('r1', { at: NOW - 1 }), newRun('r2', { at: NOW - 3 }), newRun('r3', { at: NOW - 2 }));
      await appendAll(store, append('r2', 2, { status: 'failed' }), append('r3', 2, { wakeAt: NOW + HOUR, snapshot: '{}' }));
      const { runs, next } = await store.list();
      assert.deepEqual(runs.map(({ runId }) => runId), ['r1', 'r3', 'r2']);
      for (const head of runs) assert.deepEqual(headFacts(head), headFacts((await loaded(store, head.runId)).head));
      assert.equal(next, undefined);
    },
  },
  {
    title: 'a list has the runs of the flow, status and time that were asked for',
    async check({ store }) {
      await addAll(store, newRun('r1', { at: NOW - 40 }), newRun('r2', { at: NOW - 30, flow: 'other' }), newRun('r3', { at: NOW - 20 }), newRun('r4', { at: NOW - 10 }));
      await appendAll(store, append('r3', 2, { status: 'succeeded' }), append('r4', 2, { status: 'stopped' }));
      assert.deepEqual(await found(store, { flow: 'order' }), ['r4', 'r3', 'r1']);
      assert.deepEqual(await found(store, { flow: 'none' }), []);
      assert.deepEqual(await found(store, { status: 'running' }), ['r2', 'r1']);
      assert.deepEqual(await found(store, { status: 'succeeded' }), ['r3']);
      assert.deepEqual(await found(store, { from: NOW - 30 }), ['r4', 'r3', 'r2']);
      assert.deepEqual(await found(store, { to: NOW - 20 }), ['r2', 'r1']);
      assert.deepEqual(await found(store, { from: NOW - 30, to: NOW - 10, flow: 'order', status: 'succeeded' }), ['r3']);
    },
  },
  {
    title: 'pages have each run once, also when new runs are added meanwhile and when runs are of one time',
    async check({ store }) {
      const old = Array.from({ length: 25 }, (_, place) => `r${place}`);
      await addAll(store, ...old.map((runId, place) => newRun(runId, { at: NOW - Math.floor(place / 10) })));
      const seen: string[] = [];
      for (let after: string | undefined, page = 0; page < 10; page += 1) {
        const { runs, next } = await store.list({ limit: 7, ...(after === undefined ? {} : { after }) });
        assert.ok(runs.length <= 7);
        seen.push(...runs.map(({ runId }) => runId));
        await addAll(store, newRun(`new ${page}`, { at: NOW + 1 + page }));
        after = next;
        if (next === undefined) break;
        assert.equal(runs.length, 7);
      }
      assert.equal(new Set(seen).size, seen.length, 'a run is on two pages');
      assert.deepEqual([...seen].sort(), [...old].sort());
    },
  },
  {
    title: 'a page is full or the last one; without a limit it has 100 runs',
    async check({ store }) {
      await Promise.all(Array.from({ length: 101 }, (_, place) => store.create(newRun(`r${place}`, { at: NOW - place, flow: place < 4 ? 'few' : 'many' }))));
      const page = await store.list();
      assert.equal(page.runs.length, 100);
      assert.ok(page.next !== undefined);
      const rest = await store.list({ after: page.next });
      assert.deepEqual([rest.runs.map(({ runId }) => runId), rest.next], [['r100'], undefined]);
      const half = await store.list({ flow: 'few', limit: 2 });
      assert.deepEqual(half.runs.map(({ runId }) => runId), ['r0', 'r1']);
      assert.ok(half.next !== undefined);
      const other = await store.list({ flow: 'few', limit: 2, after: half.next });
      assert.deepEqual([other.runs.map(({ runId }) => runId), other.next], [['r2', 'r3'], undefined]);
    },
  },
];

async function found(store: Store, query?: RunQuery): Promise<readonly string[]> {
  return (await store.list(query)).runs.map(({ runId }) => runId);
}
