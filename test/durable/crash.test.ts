import { afterEach, beforeEach, expect, test } from 'vitest';
import { newPlace, type Place } from '../stores/files.ts';
import { killService } from './crash/kills.ts';
import { share } from './crash/sharing.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.remove());

test('a service that is killed at any moment goes on where it was: every order has one result, and no recorded step runs again', { timeout: 60_000 }, async () => {
  const { begun, recorded, hits, ...rest } = await killService(place, { orders: 60, kills: 5, seed: 4, longestMs: 40 });
  expect(rest).toEqual({ kills: 5, wrong: [], again: [], twice: [], damage: [], stderr: '' });
  expect(recorded).toBe(60 * 7);
  expect(begun).toBeGreaterThanOrEqual(recorded);
  expect(hits).toBeLessThanOrEqual(5);
});

test('two processes share the runs of one file, and none runs twice; one may be killed, and one sleep longer than its lease', { timeout: 60_000 }, async () => {
  const { claims, lost, repeats, ...rest } = await share(place, 120);
  expect(rest).toEqual({ wrong: [], again: [], twice: [], foreign: [], damage: [], stderr: '' });
  expect(claims).toBeGreaterThanOrEqual(120);
  expect(repeats).toBeLessThanOrEqual(claims);
  expect(lost).toBeGreaterThanOrEqual(0);
});
