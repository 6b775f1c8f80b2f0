import assert from 'node:assert/strict';
import type { Store } from '../../durable/store.ts';
import { addAll, append, appendAll, assertRows, claim, claimText, factsOf, first, HOUR, idsOf, loaded, message, newRun, NOW, postAll, type Requirement } from './kit.ts';

/** What is asked about removing runs, about definitions, and about the store as a whole. */
export const upkeep: readonly Requirement[] = [
  {
    title: 'a run that was deleted is gone with everything about it',
    async check({ store }) {
      await addAll(store, newRun('r1', { leaseUntil: 0 }), newRun('r2'));
      await appendAll(store, append('r1', 2), append('r1', 3, { snapshot: '{}' }), append('r1', 4));
      assert.equal(await store.delete('r1'), true);
      assert.equal(await store.delete('r1'), false);
      assert.equal(await store.load('r1'), undefined);
      assert.deepEqual(await store.claim(claim()), []);
      assert.deepEqual((await store.list()).runs.map(({ runId }) => runId), ['r2']);
      assert.deepEqual([...(await store.append([append('r1', 5)]))], [false]);
      await addAll(store, newRun('r1'));
      assert.equal((await loaded(store, 'r1')).snapshot, undefined);
      await assertRows(store, 'r1', [{ seq: 1, at: NOW, text: first }]);
    },
  },
  {
    title: 'runs that ended before a time are pruned, the oldest first and no more than asked for; the others stay',
    async check({ store }) {
      const runs = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6'];
      await addAll(store, ...runs.map((runId) => newRun(runId, { at: NOW - 10 * HOUR })));
      const ended = { r1: -4, r2: -6, r3: -5, r4: -1, r5: -7 };
      await appendAll(store, ...Object.entries(ended).map(([runId, hours]) => append(runId, 2, { at: NOW + hours * HOUR, status: 'failed' })));
      await appendAll(store, append('r5', 3, { at: NOW - 6 * HOUR, status: 'running' })); // it went on
      assert.equal(await store.prune(NOW - 2 * HOUR, 0), 0);
      assert.equal(await store.prune(NOW - 2 * HOUR, 2), 2);
      assert.deepEqual(await missing(store, runs), ['r2', 'r3']);
      assert.equal(await store.prune(NOW - 2 * HOUR, 10), 1);
      assert.equal(await store.prune(NOW - 2 * HOUR, 10), 0);
      assert.deepEqual(await missing(store, runs), ['r1', 'r2', 'r3']);
    },
  },
  {
    title: 'a definition is kept once for each flow and fingerprint',
    async check({ store }) {
      assert.equal(await store.loadDefinition('order', 'f1'), undefined);
      await store.saveDefinition('order', 'f1', '{"n":1}');
      await store.saveDefinition('order', 'f2', '{"n":2}');
      await store.saveDefinition('other', 'f1', '{"n":3}');
      await store.saveDefinition('order', 'f1', '{"n":1}');
      assert.equal(await store.loadDefinition('order', 'f1'), '{"n":1}');
      assert.equal(await store.loadDefinition('order', 'f2'), '{"n":2}');
      assert.equal(await store.loadDefinition('other', 'f1'), '{"n":3}');
      assert.equal(await store.loadDefinition('other', 'f2'), undefined);
    },
  },
  {
    title: 'a store that was closed rejects every call, and can be closed again',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      await store.close();
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        create: () => store.create(newRun('r2')),
        append: () => store.append([append('r1', 2)]),
        load: () => store.load('r1'),
        list: () => store.list(),
        claim: () => store.claim(claim()),
        renew: () => store.renew('anna', NOW, ['r1']),
        release: () => store.release('anna', ['r1']),
        post: () => store.post('r1', message('m1')),
        messages: () => store.messages('anna'),
        saveDefinition: () => store.saveDefinition('order', 'f1', '{}'),
        loadDefinition: () => store.loadDefinition('order', 'f1'),
        delete: () => store.delete('r1'),
        prune: () => store.prune(NOW, 1),
      };
      for (const [name, call] of Object.entries(calls)) await assert.rejects(call, Error, `${name} does not reject`);
      await store.close();
    },
  },
  {
    title: 'what was committed is there when the data are opened again',
    needsTwo: true,
    async check({ store, again }) {
      await addAll(store, newRun('r1'), newRun('r2', { leaseUntil: 0 }));
      await appendAll(store, append('r1', 2, { snapshot: '{"seq":2}' }), append('r1', 3, { wakeAt: NOW + HOUR }), append('r2', 2));
      await postAll(store, 'r1', message('m1'), message('m2'));
      await appendAll(store, append('r1', 4, { consumed: ['m1'] }));
      await store.saveDefinition('order', 'f1', '{"n":1}');
      await store.claim(claim());
      const before = [factsOf(await loaded(store, 'r1')), factsOf(await loaded(store, 'r2'))];
      await store.close();
      const other = await again();
      assert.deepEqual([factsOf(await loaded(other, 'r1')), factsOf(await loaded(other, 'r2'))], before);
      assert.equal(await other.loadDefinition('order', 'f1'), '{"n":1}');
      assert.equal(await other.post('r1', message('m1')), 'known');
      await appendAll(other, append('r1', 5));
    },
  },
  {
    title: 'two handles see what the other one committed, and one number is given to one of them',
    needsTwo: true,
    async check({ store, again }) {
      const other = await again();
      assert.deepEqual((await Promise.all([store.create(newRun('r1')), other.create(newRun('r1', { owner: 'bert' }))])).filter((isNew) => isNew), [true]);
      for (let seq = 2; seq < 12; seq += 1) {
        const answers = await Promise.all([store.append([append('r1', seq)]), other.append([append('r1', seq)])]);
        assert.deepEqual(answers.flat().filter((isKept) => isKept), [true]);
      }
      assert.deepEqual(factsOf(await loaded(other, 'r1')), factsOf(await loaded(store, 'r1')));
      await store.delete('r1');
      assert.equal(await other.load('r1'), undefined);
      assert.deepEqual([...(await other.append([append('r1', 12)]))], [false]);
    },
  },
  {
    title: 'of claims by two handles at the same time, each run goes to one, and the owner before is refused',
    needsTwo: true,
    async check({ store, again }) {
      const other = await again();
      const runs = Array.from({ length: 20 }, (_, place) => `r${place}`);
      await addAll(store, ...runs.map((runId) => newRun(runId, { leaseUntil: 0 })));
      const by = (owner: string) => claim({ owner, limit: 12, text: (epoch) => claimText(owner, epoch) });
      const claimed = (await Promise.all([store.claim(by('bert')), other.claim(by('cleo'))])).flatMap(idsOf);
      assert.deepEqual([...claimed].sort(), [...runs].sort());
      assert.deepEqual([...(await store.append(runs.map((runId) => append(runId, 2))))], runs.map(() => false));
    },
  },
];

async function missing(store: Store, runIds: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(runIds.map(async (runId) => ((await store.load(runId)) === undefined ? [runId] : [])));
  return found.flat();
}
