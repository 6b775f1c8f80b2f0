import { handStep, settle, virtualClock } from 'millrace/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InternalError } from '../../src/index.ts';
import { rowOf } from '../../src/durable/rows.ts';
import { createFlows } from '../../src/flows.ts';
import { openFile } from '../../src/stores/sqlite-open.ts';
import { FileStore } from '../../src/stores/sqlite-store.ts';
import { newPlace, type Place } from '../stores/files.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

const large = 'x'.repeat(200_000);

test.each([
  ['the disk is full', 'store-full', 'PRAGMA max_page_count = 30', 'PRAGMA max_page_count = 100000'],
  ['the file is read-only', 'store-read-only', 'PRAGMA query_only = ON', 'PRAGMA query_only = OFF'],
])('while %s a run keeps its position and starts nothing, and then it goes on', async (_, code, take, give) => {
  const file = openFile(place.file, {});
  await using store = new FileStore(place.file, file);
  const clock = virtualClock();
  const flows = createFlows({ store, clock, lease: '1h' });
  const problems: InternalError[] = [];
  flows.onInternalError((event) => problems.push(event));
  const [a, b] = [handStep<string>(), handStep<string>()];
  const process = flows.registerFlow<undefined>('order').process('p');
  const first = process.customStep(a.run, 'a');
  process.customStep(b.run, 'b', first);
  const run = process.flow.start(undefined, { runId: 'r' });
  const call = await a.started();
  await flows.idle();
  file.connection.exec(take);
  call.succeed(large);
  await settle();
  await clock.advance('30s');
  expect(b.count).toBe(0);
  expect(run.status).toBe('running');
  expect(problems).toEqual([expect.objectContaining({ stage: 'persist', error: expect.objectContaining({ code }) as Error })]);
  expect((await store.load('r'))!.rows).toHaveLength(1);
  file.connection.exec(give);
  await clock.advance('30s');
  (await b.started()).succeed('done');
  const result = await run.done;
  expect(result.value('a')).toBe(large);
  expect(problems).toHaveLength(1);
  expect((await store.load('r'))!.rows.map((row) => rowOf(row).entries.map(({ t }) => t).join())).toEqual(['created,claimed,started', 'succeeded,started', 'succeeded,ended']);
});

test('a run that cannot be recorded at all does not begin before there is room', async () => {
  const file = openFile(place.file, {});
  await using store = new FileStore(place.file, file);
  const clock = virtualClock();
  const flows = createFlows({ store, clock, lease: '1h' });
  const problems: InternalError[] = [];
  flows.onInternalError((event) => problems.push(event));
  const a = handStep<string>();
  const process = flows.registerFlow<string>('order').process('p');
  process.customStep(a.run, 'a');
  file.connection.exec('PRAGMA max_page_count = 30');
  const done = process.flow.run(large, { runId: 'r' });
  await settle();
  await clock.advance('30s');
  expect(a.count).toBe(0);
  file.connection.exec('PRAGMA max_page_count = 100000');
  await clock.advance('30s');
  (await a.started()).succeed('done');
  expect((await done).status).toBe('succeeded');
  expect(problems.map(({ error }) => (error as { code?: string }).code)).toContain('store-full');
});
