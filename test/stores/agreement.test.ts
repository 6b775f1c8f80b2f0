import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Append, NewRun, Store } from '../../src/durable/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';

type Call = (store: Store) => Promise<unknown>;

const runIds = ['r1', 'r2', 'r3'];
const runId = fc.constantFrom(...runIds);
const owner = fc.constantFrom('anna', 'bert');
const time = fc.integer({ min: 0, max: 20 });
const ids = fc.subarray(['m1', 'm2', 'm3']);
const some = fc.option(fc.subarray([...runIds]), { nil: undefined });
const flows = fc.option(fc.subarray(['f1', 'f2']), { nil: undefined });

function newRun(id: string, flow: string, by: string | undefined, leaseUntil: number, at: number): NewRun {
  return { runId: id, flow, fingerprint: 'f', owner: by, leaseUntil, row: { seq: 1, at, text: '[]' } };
}

const changes = fc.record(
  {
    status: fc.constantFrom('running' as const, 'failed' as const),
    wakeAt: fc.option(time),
    snapshot: fc.constant('{}'),
    consumed: ids,
    release: fc.constant(true as const),
    seen: ids,
  },
  { requiredKeys: [] },
);

/** A row at the next number, or at one that is taken; both stores have the same. */
const appending = fc.tuple(runId, time, changes, fc.boolean()).map(([id, at, more, isLate]): Call => async (store) => {
  const run = await store.load(id);
  const last = run?.rows.at(-1)?.seq ?? run?.snapshot?.seq ?? 0;
  const append: Append = { runId: id, row: { seq: isLate ? last : last + 1, at, text: '[]' }, ...more };
  return store.append([append]);
});

const call: fc.Arbitrary<Call> = fc.oneof(
  fc
    .tuple(runId, fc.option(owner, { nil: undefined }), time, time, fc.constantFrom('f1', 'f2'))
    .map(([id, by, leaseUntil, at, flow]): Call => (store) => store.create(newRun(id, flow, by, leaseUntil, at))),
  { arbitrary: appending, weight: 4 },
  {
    arbitrary: fc
      .tuple(owner, time, time, fc.integer({ min: 0, max: 3 }), flows, fc.oneof(runId, some))
      .map(([by, now, leaseUntil, limit, of, which]): Call => (store) => {
        const one = typeof which === 'string' ? { runId: which } : which && { except: which };
        return store.claim({ owner: by, now, leaseUntil, limit, ...(of && { flows: of }), ...one, text: (epoch) => `[${epoch}]` });
      }),
    weight: 3,
  },
  { arbitrary: fc.tuple(runId, fc.constantFrom('m1', 'm2', 'm3'), time).map(([run, id, at]): Call => (store) => store.post(run, { id, at, text: '{}' })), weight: 3 },
  fc.tuple(owner, time, runId).map(([by, until, id]): Call => (store) => store.renew(by, until, [id])),
  fc.tuple(owner, runId).map(([by, id]): Call => (store) => store.release(by, [id])),
  owner.map((by): Call => async (store) => (await store.messages(by)).toSorted((a, b) => a.runId.localeCompare(b.runId))),
  runId.map((id): Call => (store) => store.delete(id)),
  time.map((at): Call => (store) => store.prune(at, 1)),
);

/** A file has checksums and says so; memory has none. */
function withoutSums(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutSums);
  if (typeof answer !== 'object' || answer === null || !('intact' in answer)) return answer;
  const { intact: _, ...rest } = answer;
  return rest;
}

test('the two stores answer every sequence of calls alike', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 10, maxLength: 60, size: 'max' }), async (calls) => {
      await using file = sqliteStore(':memory:');
      const memory = memoryStore();
      for (const [place, id] of runIds.entries()) await Promise.all([file, memory].map((store) => store.create(newRun(id, 'f1', 'anna', 0, place))));
      for (const one of calls) {
        expect(await one(memory)).toEqual(withoutSums(await one(file)));
        for (const id of runIds) expect(await memory.load(id)).toEqual(withoutSums(await file.load(id)));
      }
    }),
    { numRuns: 300 },
  );
});
