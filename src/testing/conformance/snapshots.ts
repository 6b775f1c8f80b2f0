import assert from 'node:assert/strict';
import { addAll, append, appendAll, assertHead, assertRows, claim, claimText, loaded, newRun, NOW, type Requirement } from './kit.ts';

/** What is asked about snapshots. */
export const snapshots: readonly Requirement[] = [
  {
    title: 'a run is read as its newest snapshot and the rows after it',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'));
      await appendAll(store, append('r1', 2), append('r1', 3, { snapshot: '{"seq":3}' }), append('r1', 4), append('r2', 2));
      assert.deepEqual(await snapshotOf('r1'), { seq: 3, text: '{"seq":3}' });
      await assertRows(store, 'r1', [append('r1', 4).row]);
      await appendAll(store, append('r1', 5), append('r1', 6, { snapshot: '{"seq":6}' }));
      assert.deepEqual(await snapshotOf('r1'), { seq: 6, text: '{"seq":6}' });
      await assertRows(store, 'r1', []);
      assertHead((await loaded(store, 'r1')).head, { updatedAt: NOW + 6, createdAt: NOW });
      await appendAll(store, append('r1', 7));
      await assertRows(store, 'r1', [append('r1', 7).row]);
      assert.deepEqual((await loaded(store, 'r2')).rows.map(({ seq }) => seq), [1, 2]);

      async function snapshotOf(runId: string): Promise<unknown> {
        const { snapshot } = await loaded(store, runId);
        return snapshot && { seq: snapshot.seq, text: snapshot.text };
      }
    },
  },
  {
    title: 'the number of the row that brought a snapshot stays taken',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      await appendAll(store, append('r1', 2, { snapshot: '{"seq":2}' }));
      assert.deepEqual([...(await store.append([append('r1', 2, { text: '[]' })]))], [false]);
      assert.equal((await loaded(store, 'r1')).snapshot?.text, '{"seq":2}');
    },
  },
  {
    title: 'the number of a claim stays taken when a snapshot contains it, so that a late owner is still refused',
    async check({ store }) {
      await addAll(store, newRun('r1', { leaseUntil: 0 }));
      await appendAll(store, append('r1', 2));
      assert.equal((await store.claim(claim())).length, 1); // row 3, which is the next one of the owner before
      await appendAll(store, append('r1', 4), append('r1', 5, { snapshot: '{"seq":5}' }), append('r1', 6), append('r1', 7, { snapshot: '{"seq":7}' }));
      assert.deepEqual([...(await store.append([append('r1', 3), append('r1', 4)]))], [false, false]);
      await assertRows(store, 'r1', []);
    },
  },
  {
    title: 'a claim after a snapshot gets the next number',
    async check({ store }) {
      await addAll(store, newRun('r1', { leaseUntil: 0 }));
      await appendAll(store, append('r1', 2), append('r1', 3, { snapshot: '{"seq":3}' }));
      const [run] = await store.claim(claim());
      assert.equal(run?.snapshot?.text, '{"seq":3}');
      assert.deepEqual(run.rows.map(({ seq, text }) => [seq, text]), [[4, claimText('bert', 2)]]);
    },
  },
];
