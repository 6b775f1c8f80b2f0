import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Append, Store } from '../../src/durable/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { newPlace } from './files.ts';

const runs = Array.from({ length: 130 }, (_, number) => `r${number}`);

/** Which runs get a row, how many, whose number is wrong or taken, and what else a row changes. */
const batches = fc.array(
  fc.record({
    run: fc.nat(runs.length - 1),
    kind: fc.oneof({ weight: 30, arbitrary: fc.constant('plain') }, { weight: 1, arbitrary: fc.constantFrom('taken', 'ended', 'wake', 'release', 'unknown') }),
  }),
  { minLength: 0, maxLength: 400 },
);

function appendsOf(batch: readonly { readonly run: number; readonly kind: string }[]): readonly Append[] {
  const next = new Map<string, number>();
  return batch.map(({ run, kind }, place) => {
    const runId = kind === 'unknown' ? 'nobody' : (runs[run] as string);
    const seq = next.get(runId) ?? 2;
    if (kind !== 'taken') next.set(runId, seq + 1);
    const row = { seq: kind === 'taken' ? 1 : seq, at: place, text: `["${place}"]` };
    const more = { ended: { status: 'succeeded' as const }, wake: { wakeAt: 77 }, release: { release: true as const } };
    return { runId, row, ...(kind in more && more[kind as keyof typeof more]) };
  });
}

async function begin(store: Store): Promise<Store> {
  for (const runId of runs) await store.create({ runId, flow: 'f', fingerprint: 'f', owner: 'anna', leaseUntil: 10, row: { seq: 1, at: 0, text: '[]' } });
  return store;
}

test('rows that go into the file together are kept and refused as one by one', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (batch) => {
      const place = newPlace();
      const [file, memory] = [await begin(sqliteStore(place.file, { synchronous: 'normal' })), await begin(memoryStore())];
      const appends = appendsOf(batch);
      expect(await file.append(appends)).toEqual(await memory.append(appends));
      for (const runId of runs) expect(await file.load(runId)).toEqual({ ...(await memory.load(runId)), intact: true });
      await file.close();
      place.remove();
    }),
    { numRuns: 25 },
  );
});
