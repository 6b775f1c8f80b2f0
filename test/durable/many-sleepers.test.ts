import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFlows } from '../../src/flows.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { newPlace, type Place } from '../stores/files.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

test('thousands of runs sleep beside a worker with few places, and all of them go on when they wake in the same second', { timeout: 60_000 }, async () => {
  const count = 1_500;
  const clock = virtualClock();
  await using store = sqliteStore(place.file);
  const flows = createFlows({ store, clock });
  const p = flows.registerFlow<number>('nap').process('p');
  let awake = 0;
  const sleep = p.sleepUntil((s) => 3_600_000 + (s.input % 1_000), 'sleep');
  const word = p.waitForSignal<'word', number>('word').after(sleep);
  p.customStep((s) => void (awake += s.result(word)), 'wake', word);
  await Promise.all(Array.from({ length: count }, (_, number) => flows.submit('nap', number, { runId: `r-${number}` })));
  const worker = flows.worker({ concurrency: 50, pollEvery: '1h' });
  await worker.idle();
  expect([worker.atWork, awake]).toEqual([0, 0]);
  await Promise.all(Array.from({ length: count }, (_, number) => flows.sendSignal(`r-${number}`, 'word', 1, { id: 'w' })));
  await worker.idle();
  expect([worker.atWork, awake]).toEqual([0, 0]);
  await clock.advanceTo(3_601_000);
  await worker.idle();
  expect(awake).toBe(count);
  expect((await store.list({ status: 'running' })).runs).toEqual([]);
  await flows.close();
});
