import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFlows } from '../../src/flows.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { newPlace, type Place } from '../stores/files.ts';
import { registerApprovals } from './crash/approvals.ts';
import { type Child, program } from './crash/child.ts';

let place: Place;
const children: Child[] = [];
beforeEach(() => {
  place = newPlace();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  place.remove();
});

/** Waits for another process. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(20);
}

test('signals reach the runs of other processes, asleep or at work, and the one between a crash and its heir is taken once', { timeout: 60_000 }, async () => {
  const log = `${place.folder}/log`;
  const start = (mode: 'asleep' | 'awake'): Child => {
    const child = program('approver', place.file, log, mode);
    children.push(child);
    return child;
  };
  await using store = sqliteStore(place.file);
  await using flows = createFlows({ store });
  registerApprovals(flows, log);
  const headOf = async (runId: string) => (await store.load(runId))!.head;

  await flows.submit('approvals', undefined, { runId: 'awake' });
  const owner = start('awake');
  await until(async () => (await headOf('awake')).owner !== undefined);
  await until(async () => (await store.load('awake'))!.rows.length >= 3); // it waits
  await flows.sendSignal('awake', 'first', 'one', { id: 's-1' });
  owner.kill('SIGKILL');
  await owner.ended;
  expect((await store.load('awake'))!.messages.map(({ id }) => id)).toEqual(['s-1']);

  const heir = start('asleep');
  await flows.submit('approvals', undefined, { runId: 'asleep' });
  await until(async () => (await headOf('asleep')).wakeAt !== undefined);
  expect((await headOf('asleep')).owner).toBeUndefined();
  await flows.sendSignal('asleep', 'first', 'uno', { id: 's-1' });
  await until(async () => (await store.load('asleep'))!.messages.length === 0 && (await store.load('awake'))!.messages.length === 0);
  for (const [runId, word] of [['asleep', 'uno'], ['awake', 'one']] as const) {
    await flows.sendSignal(runId, 'first', `${word} again`, { id: 's-1' });
    await flows.sendSignal(runId, 'second', 'end');
  }
  await until(async () => (await store.list({ status: 'succeeded' })).runs.length === 2);
  heir.kill('SIGTERM');
  const { code, stderr } = await heir.ended;
  expect([code, stderr]).toEqual([0, '']);
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  expect(lines.toSorted()).toEqual(['asleep end', 'asleep uno', 'awake end', 'awake one']);
  expect((await flows.result('awake'))!.unreadSignals).toEqual([]);
});

test('two registries on one file send signals to one another', async () => {
  const log = `${place.folder}/log`;
  await using store = sqliteStore(place.file);
  await using other = sqliteStore(place.file);
  await using flows = createFlows({ store, signalPoll: 20 });
  await using far = createFlows({ store: other });
  registerApprovals(flows, log);
  registerApprovals(far, log);
  const run = flows.get('approvals')!.start(undefined, { runId: 'r' });
  await flows.idle();
  await until(async () => (await other.load('r')) !== undefined);
  await Promise.all([far.sendSignal('r', 'second', 'b', { id: '2' }), far.sendSignal('r', 'first', 'a', { id: '1' }), run.sendSignal('first', 'a', { id: '1' })]);
  expect((await run.done).status).toBe('succeeded');
  expect(readFileSync(log, 'utf8')).toBe('r a\nr b\n');
});
