import assert from 'node:assert/strict';
import { addAll, append, appendAll, assertHead, assertRows, factsOf, first, HOUR, loaded, newRun, NOW, type Requirement, rowsOf, textOf } from './kit.ts';

/** Texts that a store has to bring back as they are. */
const texts = ['', '[]', '"\u00e9\ud83d\ude00\u2028 \\u0000 \'; DROP TABLE runs; --"', 'x'.repeat(5 * 2 ** 20), '\u20ac'.repeat(100_000)];

/** What is asked about adding runs and rows. */
export const journal: readonly Requirement[] = [
  {
    title: 'a run is found again with everything that it was created with',
    async check({ store }) {
      const run = newRun('r1', { at: NOW - 5 });
      await addAll(store, run);
      const found = await loaded(store, 'r1');
      const { row, ...rest } = run;
      assertHead(found.head, { ...rest, status: 'running', createdAt: row.at, updatedAt: row.at, wakeAt: undefined, epoch: 1 });
      assert.equal(found.snapshot, undefined);
      assert.deepEqual(rowsOf(found), [row]);
    },
  },
  {
    title: 'a run that was never created is not found',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      assert.equal(await store.load('r2'), undefined);
      assert.equal(await store.load(''), undefined);
    },
  },
  {
    title: 'a second run of the same id is refused, and the first one stays as it is',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      await appendAll(store, append('r1', 2));
      const before = factsOf(await loaded(store, 'r1'));
      assert.equal(await store.create(newRun('r1', { owner: 'bert', flow: 'other', leaseUntil: NOW + 2 * HOUR, text: '[]' })), false);
      assert.deepEqual(factsOf(await loaded(store, 'r1')), before);
    },
  },
  {
    title: 'of many calls that create one run at the same time, one succeeds',
    async check({ store }) {
      const owners = Array.from({ length: 20 }, (_, place) => `owner ${place}`);
      const answers = await Promise.all(owners.map((owner) => store.create(newRun('r1', { owner }))));
      assert.equal(answers.filter((isNew) => isNew).length, 1);
      assert.equal((await loaded(store, 'r1')).head.owner, owners[answers.indexOf(true)]);
    },
  },
  {
    title: 'ids and texts come back as they were given: empty, of all alphabets, and of 5 MiB',
    async check({ store }) {
      const runId = 'fulfil/42 "%_\' \u00e9\ud83d\ude00';
      await addAll(store, newRun(runId, { flow: 'b\u00e9stellung/v1', owner: 'host:1/\ud83d\ude00' }), newRun('fulfil/42 "%%\' \u00e9\ud83d\ude00'));
      await appendAll(store, ...texts.map((text, place) => append(runId, place + 2, { text })));
      const run = await loaded(store, runId);
      assertHead(run.head, { runId, flow: 'b\u00e9stellung/v1', owner: 'host:1/\ud83d\ude00' });
      for (const [place, text] of texts.entries()) assert.ok(run.rows[place + 1]?.text === text, `text ${place} of ${text.length} characters is another one`);
      for (const [place, snapshot] of texts.entries()) {
        await appendAll(store, append(runId, texts.length + 2 + place, { snapshot }));
        assert.ok((await loaded(store, runId)).snapshot?.text === snapshot, `snapshot ${place} of ${snapshot.length} characters is another one`);
      }
    },
  },
  {
    title: 'rows are kept in the order of their numbers, whether they come in one call or in several',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      const rows = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((seq) => append('r1', seq));
      await appendAll(store, ...rows.slice(0, 3));
      for (const row of rows.slice(3)) await appendAll(store, row);
      await assertRows(store, 'r1', [{ seq: 1, at: NOW, text: first }, ...rows.map(({ row }) => row)]);
    },
  },
  {
    title: 'a number that is taken is refused, and its row stays as it is',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      await appendAll(store, append('r1', 2));
      assert.deepEqual([...(await store.append([append('r1', 2, { text: '[]', status: 'failed', wakeAt: NOW + HOUR, snapshot: '{}' })]))], [false]);
      assert.deepEqual([...(await store.append([append('r1', 1, { text: '[]' })]))], [false]);
      await assertRows(store, 'r1', [{ seq: 1, at: NOW, text: first }, append('r1', 2).row]);
      assertHead((await loaded(store, 'r1')).head, { status: 'running', wakeAt: undefined });
    },
  },
  {
    title: 'behind a refused row the others of its run are refused too, and those of other runs are kept',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'));
      await appendAll(store, append('r1', 2));
      const rows = [append('r2', 2), append('r1', 2), append('r2', 3), append('r1', 3), append('r2', 4), append('r1', 4)];
      assert.deepEqual([...(await store.append(rows))], [true, false, true, false, true, false]);
      assert.deepEqual((await loaded(store, 'r1')).rows.map(({ seq }) => seq), [1, 2]);
      assert.deepEqual((await loaded(store, 'r2')).rows.map(({ seq }) => seq), [1, 2, 3, 4]);
    },
  },
  {
    title: 'rows of a run that is not there are refused',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      assert.deepEqual([...(await store.append([append('r2', 2), append('r1', 2)]))], [false, true]);
      assert.equal(await store.load('r2'), undefined);
    },
  },
  {
    title: 'a thousand rows of a hundred runs are appended in one call, and none at all too',
    async check({ store }) {
      const runs = Array.from({ length: 100 }, (_, place) => `r${place}`);
      await Promise.all(runs.map((runId) => store.create(newRun(runId))));
      await appendAll(store, ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].flatMap((seq) => runs.map((runId) => append(runId, seq))));
      for (const runId of runs) {
        const expected = [first, ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((seq) => textOf(runId, seq))];
        assert.deepEqual((await loaded(store, runId)).rows.map(({ text }) => text), expected);
      }
      assert.deepEqual([...(await store.append([]))], []);
    },
  },
  {
    title: 'of many calls that append at one number at the same time, one succeeds',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      const answers = await Promise.all(Array.from({ length: 50 }, (_, place) => store.append([append('r1', 2, { text: `[${place}]` })])));
      assert.equal(answers.filter(([isKept]) => isKept).length, 1);
      assert.equal((await loaded(store, 'r1')).rows[1]?.text, `[${answers.findIndex(([isKept]) => isKept)}]`);
    },
  },
  {
    title: 'of many calls that append to different runs at the same time, all succeed',
    async check({ store }) {
      const runs = Array.from({ length: 50 }, (_, place) => `r${place}`);
      assert.deepEqual(await Promise.all(runs.map((runId) => store.create(newRun(runId)))), runs.map(() => true));
      await Promise.all(runs.map((runId) => appendAll(store, append(runId, 2), append(runId, 3))));
      for (const runId of runs) assert.deepEqual((await loaded(store, runId)).rows.map(({ seq }) => seq), [1, 2, 3]);
    },
  },
  {
    title: 'a run that does not exist yet is added with its first row, among other rows',
    async check({ store }) {
      await addAll(store, newRun('r1'));
      const { flow, fingerprint, owner, leaseUntil } = newRun('r2');
      const create = { flow, fingerprint, owner, leaseUntil };
      const answers = await store.append([append('r2', 1, { create }), append('r1', 2), append('r1', 1, { create }), append('r1', 3), append('r2', 2), append('r3', 1, { create })]);
      assert.deepEqual([...answers], [true, true, false, false, true, true]);
      assertHead((await loaded(store, 'r2')).head, { runId: 'r2', flow, fingerprint, owner, leaseUntil, epoch: 1, status: 'running', createdAt: NOW + 1 });
      assert.deepEqual((await loaded(store, 'r2')).rows.map(({ seq }) => seq), [1, 2]);
      assert.deepEqual((await loaded(store, 'r1')).rows.map(({ seq }) => seq), [1, 2]);
      assert.equal(await store.create(newRun('r3')), false);
    },
  },
  {
    title: 'a row changes what it says about its run, and nothing else',
    async check({ store }) {
      await addAll(store, newRun('r1'), newRun('r2'));
      const { head } = await loaded(store, 'r1');
      await appendAll(store, append('r1', 2, { wakeAt: NOW + HOUR }));
      assertHead((await loaded(store, 'r1')).head, { ...head, wakeAt: NOW + HOUR, updatedAt: NOW + 2 });
      await appendAll(store, append('r1', 3));
      assertHead((await loaded(store, 'r1')).head, { ...head, wakeAt: NOW + HOUR, updatedAt: NOW + 3 });
      await appendAll(store, append('r1', 4, { wakeAt: null }));
      assertHead((await loaded(store, 'r1')).head, { ...head, wakeAt: undefined, updatedAt: NOW + 4 });
      await appendAll(store, append('r1', 5, { status: 'failed' }), append('r1', 6));
      assertHead((await loaded(store, 'r1')).head, { ...head, status: 'failed', owner: undefined, leaseUntil: 0, updatedAt: NOW + 6 });
      await appendAll(store, append('r1', 7, { status: 'running' }));
      assertHead((await loaded(store, 'r1')).head, { ...head, owner: undefined, leaseUntil: 0, updatedAt: NOW + 7 });
      assertHead((await loaded(store, 'r2')).head, { ...head, runId: 'r2' });
    },
  },
];
