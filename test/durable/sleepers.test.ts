import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InternalError } from '../../src/define/events.ts';
import type { DurableFlows, DurableOptions } from '../../src/durable/durable-flows.ts';
import { NEVER } from '../../src/durable/never.ts';
import { entriesOf } from './cuts.ts';
import { rowOf } from '../../src/durable/rows.ts';
import type { Append, Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { settle } from '../../src/testing/settle.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtual-clock.ts';
import { newPlace, type Place } from '../stores/files.ts';
import { changed } from './workers-kit.ts';

const start = 1_000;
const hour = 3_600_000;

let place: Place;
let clock: VirtualClock;
const opened: Store[] = [];
beforeEach(() => {
  place = newPlace();
  clock = virtualClock(start);
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  place.remove();
});

function opening(store: Store): Store {
  opened.push(store);
  return store;
}

const stores: readonly (readonly [name: string, open: () => Store])[] = [
  ['memoryStore', () => opening(memoryStore())],
  ['sqliteStore', () => opening(sqliteStore(place.file))],
];

interface Bed {
  readonly flows: DurableFlows;
  readonly did: string[];
  readonly problems: InternalError[];
}

/** A process with the flows of these tests: what they do they write down with the hour. */
function bed(store: Store, owner: string, options: Partial<DurableOptions> = {}): Bed {
  const flows = createFlows({ store, clock, owner, random: () => 1, ...options });
  const did: string[] = [];
  const note = (word: string) => (): void => void did.push(`${word} at ${(clock.now() - start) / hour}`);
  const nap = flows.registerFlow('nap').process('p');
  const before = nap.customStep(note('before'), 'before');
  const sleep = nap.sleep('1h', 'sleep').after(before);
  nap.customStep(note('after'), 'after', sleep);

  const ask = flows.registerFlow('ask').process('p');
  const answer = ask.waitForSignal('answer', { timeout: '3h' });
  ask.customStep((s) => void did.push(`${s.runId} ${String(s.result(answer))}`), 'take', answer);

  const hang = flows.registerFlow('hang').process('p');
  hang.waitForSignal('never');

  const poll = flows.registerFlow('poll').process('p');
  const dawn = poll.waitFor(() => {
    note('look')();
    return clock.now() >= start + 3 * hour;
  }, 'dawn', { every: '1h' });
  poll.customStep(note('up'), 'up', dawn);

  const tries = flows.registerFlow('tries').process('p');
  let count = 0;
  tries.customStep((s) => {
    note(`try ${s.attempt}`)();
    if (++count < 3) throw new Error('not yet');
  }, 'try').stepRetry({ retries: 5, delay: '1h', backoff: 'fixed' });

  const rounds = flows.registerFlow('rounds').process('p');
  rounds.loopUntil((l) => l.sleep('1h', 'rest'), 'rounds', (_, __, i) => i === 20);

  const several = flows.registerFlow('several').process('p');
  const all = several.forEach(() => ['x', 'y'], 'all', (one) => one.waitForSignal<'go', string>('go'), { key: (item) => item });
  several.customStep((s) => void did.push(s.result(all).join()), 'join', all);

  const problems: InternalError[] = [];
  flows.onInternalError((event) => void problems.push(event));
  return { flows, did, problems };
}

const headOf = async (store: Store, runId = 'r') => (await store.load(runId))!.head;

describe.each(stores)('a run that a worker has, on %s,', (_, open) => {
  test('is given back while it sleeps, and goes on when it is time', async () => {
    const store = open();
    const { flows, did, problems } = bed(store, 'anna');
    await flows.submit('nap', undefined, { runId: 'r' });
    await using worker = flows.worker({ concurrency: 1 });
    await worker.idle();
    expect(worker.atWork).toBe(0);
    expect(await headOf(store)).toMatchObject({ status: 'running', owner: undefined, wakeAt: start + hour, epoch: 1 });
    expect((await flows.runs()).runs[0]!.wakeAt).toBe(start + hour);
    await clock.advance(hour - 1);
    expect(did).toEqual(['before at 0']);
    await clock.advance(1);
    await worker.idle();
    expect(did).toEqual(['before at 0', 'after at 1']);
    expect(await headOf(store)).toMatchObject({ status: 'succeeded', epoch: 2 });
    expect(problems).toEqual([]);
    expect(entriesOf((await store.load('r'))!.rows.map((row) => rowOf(row))).map(({ t }) => t)).toEqual([
      ...['created', 'claimed', 'started', 'succeeded', 'started'],
      ...['claimed', 'succeeded', 'started', 'succeeded', 'ended'],
    ]);
  });

  test('takes no place: one place is enough for any number that sleep, and for those that do not', async () => {
    const store = open();
    const { flows, did } = bed(store, 'anna');
    for (let number = 0; number < 20; number++) await flows.submit('nap', undefined, { runId: `r-${number}` });
    await using worker = flows.worker({ concurrency: 1 });
    await worker.idle();
    expect(did).toHaveLength(20);
    await clock.advance('1h');
    await worker.idle();
    expect(did).toHaveLength(40);
    expect(new Set(did)).toEqual(new Set(['before at 0', 'after at 1']));
  });

  test('is given back while it waits for a signal, and goes on as soon as one is sent', async () => {
    const store = open();
    const { flows, did } = bed(store, 'anna');
    await flows.submit('ask', undefined, { runId: 'r' });
    await flows.submit('hang', undefined, { runId: 'h' });
    await using worker = flows.worker();
    await worker.idle();
    expect(await headOf(store)).toMatchObject({ owner: undefined, wakeAt: start + 3 * hour });
    expect(await headOf(store, 'h')).toMatchObject({ owner: undefined, wakeAt: NEVER });
    expect(new Date(NEVER).getTime()).toBe(NEVER);
    await flows.sendSignal('r', 'answer', 42);
    await worker.idle();
    expect(did).toEqual(['r 42']);
    expect(await headOf(store)).toMatchObject({ status: 'succeeded' });
    await flows.sendSignal('h', 'never');
    await worker.idle();
    expect(await headOf(store, 'h')).toMatchObject({ status: 'succeeded' });
  });

  test('goes on with a signal of another process when a worker looks', async () => {
    const store = open();
    const anna = bed(store, 'anna');
    const bert = bed(store, 'bert');
    await bert.flows.submit('ask', undefined, { runId: 'r' });
    await using worker = anna.flows.worker();
    await worker.idle();
    await bert.flows.sendSignal('r', 'answer', 42);
    await settle();
    expect(anna.did).toEqual([]);
    await clock.advance('1s');
    await worker.idle();
    expect(anna.did).toEqual(['r 42']);
  });

  test('looks at its condition at the times that it said', async () => {
    const store = open();
    const { flows, did } = bed(store, 'anna');
    await flows.submit('poll', undefined, { runId: 'r' });
    await using worker = flows.worker();
    await clock.advance('5h');
    await worker.idle();
    expect(did).toEqual(['look at 0', 'look at 1', 'look at 2', 'look at 3', 'up at 3']);
    expect(await headOf(store)).toMatchObject({ status: 'succeeded', epoch: 4 });
  });

  test('takes no place while it waits for its next attempt', async () => {
    const store = open();
    const { flows, did } = bed(store, 'anna');
    await flows.submit('tries', undefined, { runId: 'r' });
    await using worker = flows.worker();
    await worker.idle();
    expect(await headOf(store)).toMatchObject({ owner: undefined, wakeAt: start + hour });
    await clock.advance('3h');
    await worker.idle();
    expect(did).toEqual(['try 1 at 0', 'try 2 at 1', 'try 3 at 2']);
  });

  test('has only a few rows to be read when it wakes, however often it has slept', async () => {
    const store = open();
    const { flows, problems } = bed(store, 'anna');
    await flows.submit('rounds', undefined, { runId: 'r' });
    await using worker = flows.worker();
    let most = 0;
    for (let round = 0; round < 20; round++) {
      await worker.idle();
      most = Math.max(most, (await store.load('r'))!.rows.length);
      await clock.advance('1h');
    }
    await worker.idle();
    expect(await headOf(store)).toMatchObject({ status: 'succeeded', epoch: 21 });
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThan(24);
    expect(problems).toEqual([]);
  });

  test('sleeps through a restart, and goes on at once if its time has passed meanwhile', async () => {
    const store = open();
    const anna = bed(store, 'anna');
    await anna.flows.submit('nap', undefined, { runId: 'r' });
    await anna.flows.submit('ask', undefined, { runId: 'a' });
    const worker = anna.flows.worker();
    await worker.idle();
    await worker.stop();
    await anna.flows.close();
    await clock.advance('5h');
    const bert = bed(store, 'bert');
    await using other = bert.flows.worker();
    await other.idle();
    expect(bert.did).toEqual(['after at 5']);
    expect((await bert.flows.result('a'))!.explain('answer')).toContain('took longer');
  });

  test('finds the signals to several waits of one name, each one once', async () => {
    const store = open();
    const { flows, did } = bed(store, 'anna');
    await flows.submit('several', undefined, { runId: 'r' });
    await using worker = flows.worker();
    await worker.idle();
    await flows.sendSignal('r', 'p/all/y/go', 'for y', { id: '1' });
    await worker.idle();
    await flows.sendSignal('r', 'go', 'for any', { id: '2' });
    await flows.sendSignal('r', 'go', 'again', { id: '2' });
    await flows.sendSignal('r', 'p/all/y/go', 'again', { id: '1' });
    await worker.idle();
    expect(did).toEqual(['for any,for y']);
  });
});

describe('a run that rests', () => {
  let store: Store;
  beforeEach(() => {
    store = memoryStore();
  });

  test('stays where somebody waits for its end', async () => {
    const { flows, did } = bed(store, 'anna');
    flows.worker();
    const started = flows.get('nap')!.start(undefined, { runId: 'started' });
    await settle();
    await flows.submit('nap', undefined, { runId: 'joined' });
    await settle();
    expect(await headOf(store, 'started')).toMatchObject({ owner: expect.stringContaining('anna') as string, wakeAt: undefined });
    expect(await headOf(store, 'joined')).toMatchObject({ owner: undefined, wakeAt: start + hour });
    const joined = flows.get('nap')!.start(undefined, { runId: 'joined' });
    await settle();
    expect(await headOf(store, 'joined')).toMatchObject({ owner: expect.stringContaining('anna') as string });
    await clock.advance('1h');
    expect((await started.done).status).toBe('succeeded');
    expect((await joined.done).status).toBe('succeeded');
    expect(did).toHaveLength(4);
  });

  test('stays for as long as it is told to', async () => {
    const { flows } = bed(store, 'anna');
    await flows.submit('nap', undefined, { runId: 'r' });
    await using worker = flows.worker({ evictAfter: '2h' });
    await settle();
    expect(worker.atWork).toBe(1);
    expect(await headOf(store)).toMatchObject({ owner: expect.stringContaining('anna') as string });
    await clock.advance('1h');
    expect(await headOf(store)).toMatchObject({ status: 'succeeded', epoch: 1 });
    expect(() => flows.worker({ evictAfter: -1 })).toThrow('evictAfter of a worker');
  });

  test('is handed back at once when its worker is stopped', async () => {
    const { flows } = bed(store, 'anna');
    await flows.submit('nap', undefined, { runId: 'r' });
    const worker = flows.worker({ evictAfter: '2h' });
    await settle();
    await worker.stop({ grace: 0 });
    expect(await headOf(store)).toMatchObject({ owner: undefined, wakeAt: undefined });
    const bert = bed(store, 'bert');
    await using other = bert.flows.worker();
    await other.idle();
    await clock.advance('1h');
    expect(bert.did).toEqual(['after at 1']);
  });

  test('is due again from the moment at which somebody goes on with it', async () => {
    const { flows } = bed(store, 'anna');
    await flows.submit('ask', undefined, { runId: 'r' });
    const worker = flows.worker();
    await worker.idle();
    await worker.stop();
    const run = await flows.resume('r');
    await run.sendSignal('answer', 1);
    await run.done;
    await flows.submit('hang', undefined, { runId: 'h' });
    const second = flows.worker();
    await second.idle();
    await second.stop();
    expect(await headOf(store, 'h')).toMatchObject({ wakeAt: NEVER });
    const hanging = await flows.resume('h');
    hanging.pause();
    await flows.idle();
    expect(await headOf(store, 'h')).toMatchObject({ wakeAt: undefined });
  });
});

/** A store whose rows that give a run back wait for the test. */
function gated(good: Store): { readonly store: Store; readonly waiting: (() => void)[]; failure: Error | undefined } {
  const waiting: (() => void)[] = [];
  const gate = { waiting, failure: undefined as Error | undefined };
  const store = changed(good, {
    append: async (rows: readonly Append[]) => {
      if (rows.some(({ release }) => release === true)) await new Promise<void>((resolve) => waiting.push(resolve));
      if (gate.failure !== undefined) throw gate.failure;
      return good.append(rows);
    },
  });
  return Object.assign(gate, { store });
}

describe('while the row is on its way that gives a run back', () => {
  test('a signal wakes it as soon as that is kept, whether it came before or after', async () => {
    for (const isBefore of [true, false]) {
      const good = memoryStore();
      const gate = gated(good);
      const { flows, did } = bed(gate.store, 'anna');
      await flows.submit('ask', undefined, { runId: 'r' });
      await using worker = flows.worker();
      await settle();
      expect(gate.waiting).toHaveLength(1);
      expect(worker.atWork).toBe(0);
      if (isBefore) await flows.sendSignal('r', 'answer', 42);
      gate.waiting.shift()!();
      if (!isBefore) await flows.sendSignal('r', 'answer', 42);
      await settle();
      expect(did).toEqual(['r 42']);
      expect(await headOf(good)).toMatchObject({ status: 'succeeded', epoch: 2 });
    }
  });

  test('time may pass: it goes on late, and once', async () => {
    const good = memoryStore();
    const gate = gated(good);
    const { flows, did, problems } = bed(gate.store, 'anna', { lease: '1d' });
    await flows.submit('nap', undefined, { runId: 'r' });
    await using worker = flows.worker();
    await clock.advance('2h');
    expect(did).toEqual(['before at 0']);
    gate.waiting.shift()!();
    await settle();
    await worker.idle();
    expect(did).toEqual(['before at 0', 'after at 2']);
    expect(problems).toEqual([]);
  });

  test('the store may fail: it is given back when that works again', async () => {
    const good = memoryStore();
    const gate = gated(good);
    const { flows, did, problems } = bed(gate.store, 'anna');
    await flows.submit('nap', undefined, { runId: 'r' });
    await using worker = flows.worker();
    await settle();
    gate.failure = new Error('no room');
    gate.waiting.shift()!();
    await settle();
    expect(problems.map(({ stage }) => stage)).toEqual(['persist']);
    gate.failure = undefined;
    await clock.advance('1s');
    gate.waiting.shift()!();
    await clock.advance('1h');
    await worker.idle();
    expect(did).toEqual(['before at 0', 'after at 1']);
    expect(await headOf(good)).toMatchObject({ status: 'succeeded', epoch: 2 });
  });

  test('somebody may ask for it: who resumes or starts it waits, and has it', async () => {
    const good = memoryStore();
    const gate = gated(good);
    const { flows, did, problems } = bed(gate.store, 'anna');
    await flows.submit('nap', undefined, { runId: 'r' });
    flows.worker();
    await settle();
    const resumed = flows.resume('r');
    await settle();
    gate.waiting.shift()!();
    const run = await resumed;
    await clock.advance('1h');
    expect((await run.done).status).toBe('succeeded');
    expect(did).toEqual(['before at 0', 'after at 1']);

    await flows.submit('nap', undefined, { runId: 's' });
    await settle();
    const joined = flows.get('nap')!.start(undefined, { runId: 's' });
    await settle();
    gate.waiting.shift()!();
    await settle();
    await clock.advance('1h');
    expect((await joined.done).status).toBe('succeeded');
    expect(problems).toEqual([]);
  });

  test('the worker may be stopped: it waits for that', async () => {
    const good = memoryStore();
    const gate = gated(good);
    const { flows } = bed(gate.store, 'anna');
    await flows.submit('nap', undefined, { runId: 'r' });
    const worker = flows.worker();
    await settle();
    let isStopped = false;
    const stopped = worker.stop().then(() => (isStopped = true));
    await settle();
    expect(isStopped).toBe(false);
    gate.waiting.shift()!();
    await stopped;
    expect(await headOf(good)).toMatchObject({ owner: undefined, wakeAt: start + hour });
  });

  test('another process may have taken it: nobody is told of that', async () => {
    const good = memoryStore();
    const gate = gated(good);
    const { flows, problems } = bed(gate.store, 'anna');
    await flows.submit('nap', undefined, { runId: 'r' });
    const worker = flows.worker({ pollEvery: '1h' });
    await settle();
    const bert = bed(good, 'bert');
    await clock.advance('31s');
    const [heir] = await bert.flows.recover();
    gate.waiting.shift()!();
    await settle();
    await worker.stop();
    expect(problems).toEqual([]);
    await clock.advance('1h');
    expect((await heir!.done).status).toBe('succeeded');
    expect(bert.did).toEqual(['after at 1']);
  });
});
