import assert from 'node:assert/strict';
import type { Store } from '../../durable/store.ts';
import {
  addAll, append, appendAll, assertHead, claim, claimText, factsOf, HOUR, idsOf, loaded, newRun, NOW, type Requirement, rowsOf,
} from './kit.ts';

/** What is asked about taking runs over. */
export const claims: readonly Requirement[] = [
  {
    title: 'a claim appends a row at the next number, and sets owner, epoch and lease',
    async check({ store }) {
      await addAll(store, newRun('r1', { leaseUntil: 0 }));
      await appendAll(store, append('r1', 2));
      const [run, ...others] = await store.claim(claim({ leaseUntil: NOW + 2 * HOUR }));
      assert.ok(run !== undefined && others.length === 0);
      assertHead(run.head, { runId: 'r1', owner: 'bert', epoch: 2, leaseUntil: NOW + 2 * HOUR, status: 'running', createdAt: NOW });
      assert.deepEqual(rowsOf(run).at(-1), { seq: 3, at: run.head.updatedAt, text: claimText('bert', 2) });
      assert.deepEqual(rowsOf(run).map(({ seq }) => seq), [1, 2, 3]);
      assert.deepEqual(factsOf(await loaded(store, 'r1')), factsOf(run));
    },
  },
  {
    title: 'a run that is added without an owner is claimed at once, as its first owner',
    async check({ store }) {
      await addAll(store, newRun('r1', { owner: undefined, leaseUntil: 0 }));
      const creation = { flow: 'order', fingerprint: 'f1', owner: undefined, leaseUntil: 0 };
      await appendAll(store, append('r2', 1, { at: NOW, create: creation }));
      for (const runId of ['r1', 'r2']) assertHead((await loaded(store, runId)).head, { owner: undefined, epoch: 0, status: 'running' });
      const runs = await store.claim(claim());
      assert.deepEqual([...idsOf(runs)].sort(), ['r1', 'r2']);
      for (const run of runs) {
        assertHead(run.head, { owner: 'bert', epoch: 1 });
        assert.deepEqual(run.rows.map(({ seq, text }) => [seq, text]).at(-1), [2, claimText('bert', 1)]);
      }
    },
  },
  {
    title: 'who owned a run before a claim finds its next number taken',
    async check({ store }) {
      await addAll(store, newRun('r1', { leaseUntil: 0 }));
      await store.claim(claim());
      assert.deepEqual([...(await store.append([append('r1', 2, { status: 'failed' }), append('r1', 3)]))], [false, false]);
      await appendAll(store, append('r1', 3));
      assertHead((await loaded(store, 'r1')).head, { status: 'running', owner: 'bert' });
    },
  },
  {
    title: 'only runs that are due are claimed, first those that could be claimed the longest',
    async check({ store }) {
      await addIdle(store, 'r1', 'r2', 'r3', 'r4', 'r5');
      await addAll(store, newRun('r6', { leaseUntil: NOW - HOUR - HOUR / 2 }));
      const wake = { r1: NOW - HOUR, r2: NOW - 3 * HOUR, r3: NOW + HOUR, r4: NOW - 2 * HOUR, r6: NOW - 4 * HOUR };
      await appendAll(store, ...Object.entries(wake).map(([runId, wakeAt]) => append(runId, 2, { wakeAt })));
      const runs = idsOf(await store.claim(claim()));
      assert.deepEqual(runs.filter((runId) => runId !== 'r5'), ['r2', 'r4', 'r6', 'r1']);
      assert.ok(runs.includes('r5'), 'a run without wakeAt is due at once');
      await store.release('bert', runs);
      await appendAll(store, append('r1', 4, { wakeAt: NOW + HOUR }), append('r3', 3, { at: NOW, wakeAt: null }));
      assert.deepEqual([...idsOf(await store.claim(claim()))].sort(), ['r2', 'r3', 'r4', 'r5', 'r6']);
    },
  },
  {
    title: 'a claim takes no more runs than its limit, and the next one goes on',
    async check({ store }) {
      await addIdle(store, 'r1', 'r2', 'r3');
      await appendAll(store, append('r1', 2, { wakeAt: NOW - 2 * HOUR }), append('r2', 2, { wakeAt: NOW - 3 * HOUR }), append('r3', 2, { wakeAt: NOW - HOUR }));
      assert.deepEqual(await store.claim(claim({ limit: 0 })), []);
      assert.deepEqual(idsOf(await store.claim(claim({ limit: 2 }))), ['r2', 'r1']);
      assert.deepEqual(idsOf(await store.claim(claim({ limit: 2 }))), ['r3']);
      assert.deepEqual(await store.claim(claim({ limit: 2 })), []);
    },
  },
  {
    title: 'a claim takes runs of the flows that it names, and of all when it names none',
    async check({ store }) {
      await addAll(store, ...['a', 'b', 'c'].map((flow) => newRun(`r-${flow}`, { flow, leaseUntil: 0 })));
      assert.deepEqual(await store.claim(claim({ flows: [] })), []);
      assert.deepEqual(await store.claim(claim({ flows: ['d'] })), []);
      assert.deepEqual([...idsOf(await store.claim(claim({ flows: ['a', 'c', 'd'] })))].sort(), ['r-a', 'r-c']);
      assert.deepEqual(idsOf(await store.claim(claim())), ['r-b']);
    },
  },
  {
    title: 'a claim leaves out the runs that it excepts, and takes others in their place',
    async check({ store }) {
      await addIdle(store, 'r1', 'r2', 'r3');
      await appendAll(store, append('r1', 2, { wakeAt: NOW - 3 * HOUR }), append('r2', 2, { wakeAt: NOW - 2 * HOUR }), append('r3', 2, { wakeAt: NOW - HOUR }));
      assert.deepEqual(await store.claim(claim({ except: ['r3', 'r2', 'r1', 'unknown'] })), []);
      assert.deepEqual(idsOf(await store.claim(claim({ limit: 1, except: ['r1'] }))), ['r2']);
      assert.deepEqual(idsOf(await store.claim(claim({ limit: 1, except: [] }))), ['r1']);
      assertHead((await loaded(store, 'r3')).head, { epoch: 1 });
    },
  },
  {
    title: 'a run is not claimed while a lease holds, not by its owner either; it is when the lease is over',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2', { leaseUntil: NOW - HOUR }));
      assert.deepEqual(idsOf(await store.claim(claim())), ['r2']);
      assert.deepEqual(await store.claim(claim({ owner: 'anna' })), []);
      assertHead((await loaded(store, 'r1')).head, { owner: 'anna', epoch: 1 });
    },
  },
  {
    title: 'a run that ended is not claimed until it runs again',
    async check({ store }) {
      await addIdle(store, 'r1', 'r2', 'r3');
      await appendAll(store, append('r1', 2, { status: 'succeeded' }), append('r2', 2, { status: 'failed' }), append('r3', 2, { status: 'stopped' }));
      assert.deepEqual(await store.claim(claim()), []);
      await appendAll(store, append('r2', 3, { status: 'running' }));
      assert.deepEqual(idsOf(await store.claim(claim())), ['r2']);
    },
  },
  {
    title: 'of claims at the same time, each run goes to one',
    async check({ store }) {
      const runs = Array.from({ length: 40 }, (_, place) => `r${place}`);
      await addIdle(store, ...runs);
      const owners = ['bert', 'cleo', 'dora', 'emil'];
      const claimed = await Promise.all(
        owners.map((owner) => store.claim(claim({ owner, limit: 15, text: (epoch) => claimText(owner, epoch) }))),
      );
      const ids = claimed.flatMap(idsOf);
      assert.equal(new Set(ids).size, ids.length, 'a run was claimed twice');
      assert.equal(ids.length, runs.length);
      for (const [place, owner] of owners.entries()) {
        for (const runId of idsOf(claimed[place] ?? [])) {
          const run = await loaded(store, runId);
          assertHead(run.head, { owner, epoch: 2 });
          assert.deepEqual(run.rows.map(({ seq, text }) => [seq, text]).slice(1), [[2, claimText(owner, 2)]]);
        }
      }
    },
  },
  {
    title: 'a run that is claimed by its id need not be due, and may have ended',
    async check({ store }) {
      await addIdle(store, 'r1', 'r2', 'r3');
      await appendAll(store, append('r1', 2, { wakeAt: NOW + HOUR }), append('r2', 2, { status: 'failed' }));
      assert.deepEqual(idsOf(await store.claim(claim({ runId: 'r1' }))), ['r1']);
      assert.deepEqual(idsOf(await store.claim(claim({ runId: 'r2' }))), ['r2']);
      assertHead((await loaded(store, 'r2')).head, { status: 'failed', owner: 'bert', epoch: 2 });
      assert.deepEqual(await store.claim(claim({ runId: 'r4' })), []);
      assertHead((await loaded(store, 'r3')).head, { epoch: 1 });
    },
  },
  {
    title: 'a run is claimed by its id unless the lease of another owner holds',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      assert.deepEqual(await store.claim(claim({ runId: 'r1' })), []);
      const [run] = await store.claim(claim({ runId: 'r1', owner: 'anna', text: (epoch) => claimText('anna', epoch) }));
      assert.deepEqual(run?.rows.at(-1)?.text, claimText('anna', 2));
    },
  },
  {
    title: 'a claim whose text cannot be made rejects and changes nothing',
    async check({ store }) {
      await addIdle(store, 'r1', 'r2');
      const before = [factsOf(await loaded(store, 'r1')), factsOf(await loaded(store, 'r2'))];
      let made = 0;
      const text = (): string => {
        made += 1;
        if (made === 2) throw new RangeError('no text');
        return '[]';
      };
      await assert.rejects(store.claim(claim({ text })), /no text/);
      assert.deepEqual([factsOf(await loaded(store, 'r1')), factsOf(await loaded(store, 'r2'))], before);
    },
  },
  {
    title: 'an owner prolongs the leases of its own runs, and learns which these are',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2', { leaseUntil: 0 }), newRun('r3', { owner: 'bert' }), newRun('r4'));
      const kept = await store.renew('anna', NOW + 5 * HOUR, ['r1', 'r2', 'r3', 'r5']);
      assert.deepEqual([...kept].sort(), ['r1', 'r2']);
      assertHead((await loaded(store, 'r1')).head, { leaseUntil: NOW + 5 * HOUR, owner: 'anna', epoch: 1 });
      assertHead((await loaded(store, 'r3')).head, { leaseUntil: NOW + HOUR });
      assertHead((await loaded(store, 'r4')).head, { leaseUntil: NOW + HOUR });
      assert.deepEqual(await store.claim(claim()), []);
      assert.deepEqual(await store.renew('anna', NOW + 5 * HOUR, []), []);
    },
  },
  {
    title: 'an owner gives its own runs back, and they can be claimed at once',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2', { owner: 'cleo' }), newRun('r3'));
      await store.release('anna', ['r1', 'r2', 'r4']);
      assertHead((await loaded(store, 'r1')).head, { owner: undefined, epoch: 1, status: 'running' });
      assertHead((await loaded(store, 'r2')).head, { owner: 'cleo', leaseUntil: NOW + HOUR });
      assertHead((await loaded(store, 'r3')).head, { owner: 'anna', leaseUntil: NOW + HOUR });
      assert.deepEqual(await store.renew('anna', NOW + 5 * HOUR, ['r1']), []);
      assert.deepEqual(idsOf(await store.claim(claim())), ['r1']);
    },
  },
];

/** Adds runs that nobody is at work on. */
async function addIdle(store: Store, ...runIds: readonly string[]): Promise<void> {
  await addAll(store, ...runIds.map((runId) => newRun(runId, { leaseUntil: 0 })));
}
