import assert from 'node:assert/strict';
import type { Append, Store } from '../../durable/store.ts';
import { addAll, append, appendAll, assertHead, assertInbox, claim, HOUR, idsOf, loaded, message, newRun, NOW, postAll, type Requirement } from './kit.ts';

/** What is asked about runs that sleep: rows that give them back, and when they are claimed again. */
export const waking: readonly Requirement[] = [
  {
    title: 'a row gives its run back, which is claimed when it is due',
    async check({ store }) {
      await addAll(store, ...['r1', 'r2', 'r3', 'r4', 'r5', 'r6'].map((runId) => newRun(runId)));
      await appendAll(store, ...['r3', 'r4'].map((runId) => append(runId, 2, { wakeAt: NOW + 2 * HOUR })));
      await appendAll(
        store,
        sleep('r1', 2, { wakeAt: NOW + HOUR }),
        sleep('r2', 2, { wakeAt: null }),
        sleep('r3', 3),
        sleep('r4', 3, { wakeAt: null }),
        sleep('r5', 2),
        sleep('r6', 2, { wakeAt: NOW - HOUR }),
      );
      assertHead((await loaded(store, 'r1')).head, { owner: undefined, leaseUntil: 0, epoch: 1, status: 'running', wakeAt: NOW + HOUR });
      assertHead((await loaded(store, 'r3')).head, { owner: undefined, wakeAt: NOW + 2 * HOUR });
      assertHead((await loaded(store, 'r4')).head, { owner: undefined, wakeAt: undefined });
      assert.deepEqual(await store.renew('anna', NOW + 5 * HOUR, ['r1', 'r2']), []);
      assert.deepEqual([...idsOf(await store.claim(claim()))].sort(), ['r2', 'r4', 'r5', 'r6']);
    },
  },
  {
    title: 'a row that is refused gives nothing back',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      await appendAll(store, append('r1', 2));
      assert.deepEqual([...(await store.append([sleep('r1', 2, { wakeAt: NOW + HOUR })]))], [false]);
      assertHead((await loaded(store, 'r1')).head, { owner: 'anna', leaseUntil: NOW + HOUR, wakeAt: undefined });
    },
  },
  {
    title: 'a message that the owner does not know when it gives its run back makes that due at once',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'), newRun('r3'));
      for (const runId of ['r1', 'r2', 'r3']) await postAll(store, runId, message('m1'), message('m2'));
      const wakeAt = NOW + 2 * HOUR;
      await appendAll(store, sleep('r1', 2, { wakeAt, seen: ['m1'] }), sleep('r2', 2, { wakeAt }), sleep('r3', 2, { wakeAt, consumed: ['m1'], seen: ['m1'] }));
      for (const runId of ['r1', 'r2', 'r3']) assertHead((await loaded(store, runId)).head, { wakeAt: undefined, owner: undefined });
      assert.deepEqual([...idsOf(await store.claim(claim()))].sort(), ['r1', 'r2', 'r3']);
    },
  },
  {
    title: 'a message that the owner knows when it gives its run back lets it sleep, until another one comes',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'), newRun('r3'));
      for (const runId of ['r1', 'r2']) await postAll(store, runId, message('m1'), message('m2'));
      const wakeAt = NOW + HOUR;
      await appendAll(
        store,
        sleep('r1', 2, { wakeAt, seen: ['m2', 'm1', 'm9'] }),
        sleep('r2', 2, { wakeAt, consumed: ['m1'], seen: ['m2'] }),
        sleep('r3', 2, { wakeAt, seen: [] }),
      );
      for (const runId of ['r1', 'r2', 'r3']) assertHead((await loaded(store, runId)).head, { wakeAt });
      assert.deepEqual(await store.claim(claim()), []);
      await assertInbox(store, 'r1', message('m1'), message('m2'));
      await postAll(store, 'r1', message('m3'));
      assert.deepEqual(idsOf(await store.claim(claim())), ['r1']);
    },
  },
  {
    title: 'a row that does not give its run back lets it sleep, whatever is in the inbox',
    async check({ store }) {
      await addAll(store, newRun('r1', { leaseUntil: 0 }));
      await postAll(store, 'r1', message('m1'));
      await appendAll(store, append('r1', 2, { wakeAt: NOW + HOUR, seen: [] }));
      assertHead((await loaded(store, 'r1')).head, { wakeAt: NOW + HOUR, owner: 'anna' });
      assert.deepEqual(await store.claim(claim()), []);
    },
  },
  {
    title: 'of many runs that sleep, claims get those that are due, each once and in the order of their times',
    async check({ store }) {
      const times = Array.from({ length: 300 }, (_, place) => NOW + (100 - ((place * 7919) % 300)) * HOUR); // each once, in no order
      const order = [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0)).map((place) => `r${place}`);
      await Promise.all(times.map((_, place) => store.create(newRun(`r${place}`))));
      await appendAll(store, ...times.map((wakeAt, place) => sleep(`r${place}`, 2, { wakeAt })));
      assert.deepEqual(await claimedOf(store), order.slice(0, 200));
      const hurried = order.slice(200).reverse();
      await appendAll(store, ...hurried.slice(1).map((runId, place) => append(runId, 3, { wakeAt: NOW - HOUR + place })));
      assert.deepEqual(await claimedOf(store), hurried.slice(1));
    },
  },
];

/** Claims until there is nothing left. */
async function claimedOf(store: Store): Promise<readonly string[]> {
  const claimed: string[] = [];
  for (let isMore = true; isMore; ) {
    const runs = idsOf(await store.claim(claim({ limit: 30 })));
    claimed.push(...runs);
    isMore = runs.length > 0;
  }
  return claimed;
}

/** Returns a row that gives its run back. */
function sleep(runId: string, seq: number, changes: Pick<Append, 'wakeAt' | 'consumed' | 'seen'> = {}): Append {
  return append(runId, seq, { at: NOW, release: true, ...changes });
}
