import assert from 'node:assert/strict';
import type { Message, Store } from '../../durable/store.ts';
import {
  addAll, append, appendAll, assertHead, assertInbox, claim, factsOf, HOUR, idsOf, loaded, message, messageFacts, messagesOf, newRun, NOW, postAll,
  type Requirement,
} from './kit.ts';

/** What is asked about messages to runs. */
export const inbox: readonly Requirement[] = [
  {
    title: 'messages are read with their run as they were posted, in that order, whatever their times are',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'), newRun('r3'));
      const texts = ['', '{}', '"\u00e9\ud83d\ude00\u2028 \\u0000 \'; DROP TABLE messages; --"', 'x'.repeat(2 ** 20)];
      const posted = texts.map((text, place) => message(`m${9 - place} "%_' \u00e9\ud83d\ude00`, { text, at: NOW - place }));
      await postAll(store, 'r1', ...posted);
      await postAll(store, 'r2', message('m1'));
      await assertInbox(store, 'r1', ...posted);
      await assertInbox(store, 'r2', message('m1'));
      await assertInbox(store, 'r3');
    },
  },
  {
    title: 'a row takes the messages that it names out of the inbox of its run',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'));
      await postAll(store, 'r1', message('m1'), message('m2'), message('m3'), message('m4'));
      await postAll(store, 'r2', message('m1'));
      await appendAll(store, append('r1', 2, { consumed: [] }), append('r1', 3, { consumed: ['m3', 'm1', 'm9'] }), append('r1', 4, { consumed: ['m1'] }));
      await assertInbox(store, 'r1', message('m2'), message('m4'));
      await assertInbox(store, 'r2', message('m1'));
      await postAll(store, 'r1', message('m5'));
      await appendAll(store, append('r1', 5, { consumed: ['m4'], snapshot: '{}' }), append('r1', 6, { status: 'succeeded', consumed: ['m5'] }));
      await assertInbox(store, 'r1', message('m2'));
    },
  },
  {
    title: 'a message of an id that was posted before is known, consumed or not, and changes nothing',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'));
      await postAll(store, 'r1', message('m1'), message('m2'));
      await appendAll(store, append('r1', 2, { consumed: ['m1'], wakeAt: NOW + HOUR, snapshot: '{}' }));
      const before = factsOf(await loaded(store, 'r1'));
      for (const id of ['m1', 'm2']) assert.equal(await store.post('r1', message(id, { text: '"other"' })), 'known');
      assert.deepEqual(factsOf(await loaded(store, 'r1')), before);
      await postAll(store, 'r2', message('m1'));
      await appendAll(store, append('r1', 3, { status: 'failed' }));
      for (const id of ['m1', 'm2']) assert.equal(await store.post('r1', message(id)), 'known', `'${id}' of a run that has ended`);
    },
  },
  {
    title: 'nothing is posted to a run that has ended or is not there; what was posted before stays',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'), newRun('r3'));
      await postAll(store, 'r1', message('m1'));
      await appendAll(store, append('r1', 2, { status: 'failed', wakeAt: NOW + HOUR }), append('r2', 2, { status: 'succeeded' }), append('r3', 2, { status: 'stopped' }));
      for (const runId of ['r1', 'r2', 'r3']) assert.equal(await store.post(runId, message('m2')), 'ended');
      assert.equal(await store.post('r4', message('m2')), 'unknown');
      assertHead((await loaded(store, 'r1')).head, { status: 'failed', wakeAt: NOW + HOUR, updatedAt: NOW + 2 });
      await assertInbox(store, 'r1', message('m1'));
      await appendAll(store, append('r1', 3, { status: 'running' }));
      await postAll(store, 'r1', message('m2'));
      await assertInbox(store, 'r1', message('m1'), message('m2'));
      await addAll(store, newRun('r4'));
      await assertInbox(store, 'r4');
    },
  },
  {
    title: 'a message makes its run due at once, and the lease of its owner holds all the same',
    async check({ store }) {
      await addAll(store, newRun('r1', { leaseUntil: 0 }), newRun('r2', { leaseUntil: 0 }), newRun('r3'));
      await appendAll(store, ...['r1', 'r2', 'r3'].map((runId) => append(runId, 2, { wakeAt: NOW + HOUR })));
      const { head } = await loaded(store, 'r1');
      await postAll(store, 'r1', message('m1'));
      await postAll(store, 'r3', message('m1'));
      assertHead((await loaded(store, 'r1')).head, { ...head, wakeAt: undefined });
      assertHead((await loaded(store, 'r3')).head, { wakeAt: undefined, owner: 'anna', leaseUntil: NOW + HOUR });
      assert.deepEqual(idsOf(await store.claim(claim())), ['r1']);
      await appendAll(store, append('r3', 3, { wakeAt: NOW + HOUR })); // who got the message may let the run sleep again
      assertHead((await loaded(store, 'r3')).head, { wakeAt: NOW + HOUR });
    },
  },
  {
    title: 'a message does not cost a run its place among those that are due',
    async check({ store }) {
      await addAll(store, newRun('r1', { leaseUntil: 0 }), newRun('r2', { leaseUntil: 0 }));
      await appendAll(store, append('r1', 2, { wakeAt: NOW - 3 * HOUR }), append('r2', 2, { wakeAt: NOW - 2 * HOUR }));
      await postAll(store, 'r1', message('m1', { at: NOW - HOUR }));
      assert.deepEqual(idsOf(await store.claim(claim({ limit: 1 }))), ['r1']);
    },
  },
  {
    title: 'a claim brings the messages of its runs, and leaves them in the inbox',
    async check({ store }) {
      await addAll(store, newRun('r1', { leaseUntil: 0 }), newRun('r2', { leaseUntil: 0, at: NOW - 1 }));
      await postAll(store, 'r1', message('m1'), message('m2'));
      const runs = await store.claim(claim());
      assert.deepEqual(runs.map((run) => [run.head.runId, messagesOf(run)]), [['r2', []], ['r1', [message('m1'), message('m2')]]]);
      await assertInbox(store, 'r1', message('m1'), message('m2'));
      const [again] = await store.claim(claim({ runId: 'r1' }));
      assert.deepEqual(again && messagesOf(again), [message('m1'), message('m2')]);
    },
  },
  {
    title: 'a row that is refused leaves the inbox as it is',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      await postAll(store, 'r1', message('m1'));
      assert.deepEqual([...(await store.append([append('r1', 1, { consumed: ['m1'] }), append('r1', 2, { consumed: ['m1'] })]))], [false, false]);
      await assertInbox(store, 'r1', message('m1'));
    },
  },
  {
    title: 'an owner reads the inboxes of the runs that it has, and of no others',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'), newRun('r3', { owner: 'bert' }), newRun('r4'), newRun('r5', { owner: undefined }));
      assert.deepEqual(await inboxesOf(store, 'anna'), {});
      for (const runId of ['r1', 'r3', 'r4', 'r5']) await postAll(store, runId, message('m2'), message('m1'), message('m3'));
      await appendAll(store, append('r1', 2, { consumed: ['m1'] }), append('r4', 2, { status: 'failed' }));
      assert.deepEqual(await inboxesOf(store, 'anna'), { r1: [message('m2'), message('m3')] });
      assert.deepEqual(await inboxesOf(store, 'bert'), { r3: [message('m2'), message('m1'), message('m3')] });
      await store.claim(claim({ owner: 'anna', flows: ['order'] }));
      assert.deepEqual(Object.keys(await inboxesOf(store, 'anna')).sort(), ['r1', 'r5']);
      await store.release('anna', ['r5']);
      await appendAll(store, append('r1', 3, { consumed: ['m2', 'm3'] }));
      assert.deepEqual(await inboxesOf(store, 'anna'), {});
    },
  },
  {
    title: 'of many posts of one id at the same time one counts, and of many ids all',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'));
      const same = await Promise.all(Array.from({ length: 20 }, () => store.post('r1', message('m1'))));
      assert.deepEqual([...same].sort(), [...Array.from({ length: 19 }, () => 'known'), 'posted']);
      await assertInbox(store, 'r1', message('m1'));
      const ids = Array.from({ length: 50 }, (_, place) => `m${place}`);
      assert.deepEqual(await Promise.all(ids.map((id) => store.post('r2', message(id)))), ids.map(() => 'posted'));
      assert.deepEqual((await loaded(store, 'r2')).messages.map(({ id }) => id).sort(), [...ids].sort());
    },
  },
  {
    title: 'messages are gone with their run',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'), newRun('r3'));
      for (const runId of ['r1', 'r2', 'r3']) await postAll(store, runId, message('m1'), message('m2'));
      await appendAll(store, append('r1', 2, { consumed: ['m1'] }), append('r2', 2, { status: 'failed', consumed: ['m1'] }));
      await store.delete('r1');
      assert.equal(await store.prune(NOW + HOUR, 10), 1);
      assert.deepEqual(Object.keys(await inboxesOf(store, 'anna')), ['r3']);
      for (const runId of ['r1', 'r2']) {
        assert.equal(await store.post(runId, message('m1')), 'unknown');
        await addAll(store, newRun(runId));
        await assertInbox(store, runId);
        await postAll(store, runId, message('m2'), message('m1'));
      }
      await assertInbox(store, 'r3', message('m1'), message('m2'));
    },
  },
  {
    title: 'a message that is posted on one handle is read by the owner on another, and counts once on all',
    needsTwo: true,
    async check({ store, again }) {
      const other = await again();
      await addAll(store, newRun('r1'));
      await postAll(other, 'r1', message('m1'));
      assert.deepEqual(await inboxesOf(store, 'anna'), { r1: [message('m1')] });
      const answers = await Promise.all([store.post('r1', message('m2')), other.post('r1', message('m2'))]);
      assert.deepEqual([...answers].sort(), ['known', 'posted']);
      await appendAll(store, append('r1', 2, { consumed: ['m1'] }));
      assert.equal(await other.post('r1', message('m1')), 'known');
      await assertInbox(other, 'r1', message('m2'));
    },
  },
];

/** Returns what `messages` resolves with, by the ids of the runs. */
async function inboxesOf(store: Store, owner: string): Promise<Readonly<Record<string, readonly Message[]>>> {
  const inboxes: Record<string, Message[]> = {};
  for (const { runId, message: one } of await store.messages(owner)) (inboxes[runId] ??= []).push(messageFacts(one));
  return inboxes;
}
