import { beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { encrypt } from '../../src/durable/encrypt.ts';
import { HandedBackError, LostOwnershipError } from '../../src/durable/run-errors.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { handStep } from '../../src/testing/hand-step.ts';
import { settle } from '../../src/testing/settle.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtual-clock.ts';
import { changed, peer } from './workers-kit.ts';

let store: Store;
let clock: VirtualClock;
beforeEach(() => {
  store = memoryStore();
  clock = virtualClock(1_000);
});

const headOf = async (runId: string) => (await store.load(runId))?.head;

/** The clock of a process that stands still, or is dead: none of its timers fires. */
const stopped = (): VirtualClock => virtualClock(1_000);

describe('a run whose owner is gone', () => {
  test('goes on elsewhere when the lease is over, and not before; what succeeded does not run again', async () => {
    const anna = peer('anna', store, stopped());
    const bert = peer('bert', store, clock);
    anna.order.start(3, { runId: 'o-1' });
    (await anna.one.started()).succeed(7);
    await anna.two.started();
    await using worker = bert.flows.worker();
    await clock.advance('29s');
    expect(bert.two.count).toBe(0);
    await clock.advance('2s');
    const call = await bert.two.started();
    expect([call.s.result(bert.one), call.s.recovering, bert.one.count]).toEqual([7, true, 0]);
    call.succeed(8);
    await worker.idle();
    expect(await headOf('o-1')).toMatchObject({ status: 'succeeded', epoch: 2 });
  });

  test('ends for the late owner with a LostOwnershipError; its signals abort, and nothing that it does is recorded', async () => {
    const anna = peer('anna', store, stopped());
    const bert = peer('bert', store, clock);
    const run = anna.order.start(3, { runId: 'o-1' });
    const late = await anna.one.started();
    const { signal } = late;
    await using worker = bert.flows.worker();
    await clock.advance('31s');
    const call = await bert.one.started();
    late.succeed(1);
    await expect(run.done).rejects.toBeInstanceOf(LostOwnershipError);
    await expect(run.done).rejects.toThrow("run 'o-1' was taken over by another owner");
    expect(signal.reason).toBeInstanceOf(LostOwnershipError);
    await settle();
    expect(anna.two.count).toBe(0);
    expect(anna.problems).toMatchObject([{ stage: 'persist', runId: 'o-1', error: { code: 'lost-ownership' } }]);
    call.succeed(2);
    (await bert.two.started()).succeed(3);
    await worker.idle();
    expect((await bert.flows.result('o-1'))?.value('one')).toBe(2);
  });

  test('is noticed by the late owner at its next heartbeat', async () => {
    const anna = peer('anna', store, clock);
    const run = anna.order.start(3, { runId: 'o-1' });
    const call = await anna.one.started();
    await store.claim({ owner: 'thief', now: clock.now() + 60_000, leaseUntil: clock.now() + 90_000, limit: 1, text: () => '[]' });
    await clock.advance('10s');
    await expect(run.done).rejects.toBeInstanceOf(LostOwnershipError);
    expect(call.signal.reason).toBeInstanceOf(LostOwnershipError);
    expect(clock.pending).toBe(0);
  });

  test('ends for the late owner although the store does not say what has become of it', async () => {
    let answer: (() => void) | undefined;
    const silent = changed(store, {
      load: async (runId) => {
        await new Promise<void>((resolve) => (answer = resolve));
        return store.load(runId);
      },
    });
    const anna = peer('anna', silent, clock);
    const run = anna.order.start(3, { runId: 'o-1' });
    const call = await anna.one.started();
    await store.claim({ owner: 'thief', now: clock.now() + 60_000, leaseUntil: clock.now() + 90_000, limit: 1, text: () => '[]' });
    call.succeed(1);
    await settle();
    expect([call.signal.aborted, run.status, anna.problems]).toEqual([true, 'running', []]);
    await clock.advance('1s');
    await expect(run.done).rejects.toThrow("run 'o-1' is not owned by this process any more: another one has taken it over, or it was deleted");
    answer?.();
    await settle();
    expect([anna.problems.length, clock.pending]).toEqual([1, 0]); // what comes too late is not told
  });

  test('stays with an owner that renews its lease', async () => {
    const anna = peer('anna', store, clock);
    const bert = peer('bert', store, clock);
    anna.order.start(3, { runId: 'o-1' });
    const call = await anna.one.started();
    await using worker = bert.flows.worker();
    await clock.advance('10m');
    expect(bert.one.count).toBe(0);
    call.succeed(1);
    (await anna.two.started()).succeed(2);
    await settle();
    await worker.idle();
    expect(clock.pending).toBe(1); // the next look of the worker: nobody has a lease
  });

  test('goes on elsewhere although it had failed before it was resumed', async () => {
    const anna = peer('anna', store, stopped());
    const bert = peer('bert', store, clock);
    const failed = anna.order.run(3, { runId: 'o-1' });
    (await anna.one.started()).fail(new Error('wrong'));
    expect((await failed).status).toBe('failed');
    await anna.flows.resume('o-1');
    await anna.one.started();
    expect((await headOf('o-1'))?.status).toBe('running');
    await using worker = bert.flows.worker();
    await clock.advance('31s');
    (await bert.one.started()).succeed(1);
    (await bert.two.started()).succeed(2);
    await worker.idle();
    expect((await headOf('o-1'))?.status).toBe('succeeded');
  });
});

describe('R27: an owner whose lease is older than two thirds', () => {
  let aheadMs: number;
  let awake: Clock;
  beforeEach(() => {
    aheadMs = 0;
    awake = {
      now: () => clock.now() + aheadMs,
      monotonic: () => clock.monotonic(),
      setTimer: (ms, call) => clock.setTimer(ms, call),
      yield: (call) => clock.yield(call),
    };
  });

  test('starts nothing until it has renewed it', async () => {
    let renew: (() => void) | undefined;
    const slow = changed(store, {
      renew: async (...given) => {
        await new Promise<void>((resolve) => (renew = resolve));
        return store.renew(...given);
      },
    });
    const anna = peer('anna', slow, clock, { clock: awake });
    const run = anna.order.start(3, { runId: 'o-1' });
    const call = await anna.one.started();
    aheadMs = 20_001; // the machine was asleep
    call.succeed(1);
    await settle();
    expect((await store.load('o-1'))?.rows).toHaveLength(2);
    expect(anna.two.count).toBe(0);
    renew?.();
    (await anna.two.started()).succeed(2);
    expect((await run.done).status).toBe('succeeded');
  });

  test('does so by the monotonic clock, too', async () => {
    let renewals = 0;
    const counting = changed(store, { renew: (...given) => ((renewals += 1), store.renew(...given)) });
    const slept: Clock = { ...awake, now: () => clock.now(), monotonic: () => clock.monotonic() + aheadMs };
    const anna = peer('anna', counting, clock, { clock: slept });
    anna.order.start(3, { runId: 'o-1' });
    const call = await anna.one.started();
    aheadMs = 20_001;
    call.succeed(1);
    await anna.two.started();
    expect(renewals).toBe(1);
  });

  test('starts nothing more when somebody else has the run', async () => {
    const anna = peer('anna', store, clock, { clock: awake });
    const run = anna.order.start(3, { runId: 'o-1' });
    const call = await anna.one.started();
    aheadMs = 40_000;
    call.succeed(1);
    await store.release((await headOf('o-1'))?.owner ?? '', ['o-1']);
    await expect(run.done).rejects.toBeInstanceOf(LostOwnershipError);
    expect(anna.two.count).toBe(0);
  });

  test('renews sooner while the store fails, and goes on when it works again', async () => {
    let isBroken = true;
    const failing = changed(store, { renew: (...given) => (isBroken ? Promise.reject(new Error('no store')) : store.renew(...given)) });
    const anna = peer('anna', failing, clock);
    anna.order.start(3, { runId: 'o-1' });
    const call = await anna.one.started();
    await clock.advance('25s');
    call.succeed(1);
    await settle();
    expect(anna.two.count).toBe(0);
    isBroken = false;
    await clock.advance('3s');
    expect(anna.two.count).toBe(1);
    expect(anna.problems.every(({ stage }) => stage === 'persist')).toBe(true);
  });
});

describe('two starts of one run id', () => {
  test('are one run in one registry, started in one turn or later', async () => {
    const { order, one, two } = peer('anna', store, clock);
    const first = order.start(3, { runId: 'o-1' });
    const second = order.start(3, { runId: 'o-1' });
    const call = await one.started();
    const third = order.run(3, { runId: 'o-1' });
    await expect(order.run(4, { runId: 'o-1' })).rejects.toThrow("there is a run 'o-1' already: it has another input");
    call.succeed(1);
    (await two.started()).succeed(2);
    for (const result of await Promise.all([first.done, second.done, third])) expect(result.value('two')).toBe(2);
    expect((await order.run(3, { runId: 'o-1' })).value('two')).toBe(2);
    expect(one.count).toBe(1);
    expect(second.status).toBe('succeeded');
  });

  test('are one run of one process: the other one is told who has it, and gets the result when it has ended', async () => {
    const anna = peer('anna', store, clock);
    const bert = peer('bert', store, clock);
    const runs = [anna.order.run(3, { runId: 'o-1' }), bert.order.run(3, { runId: 'o-1' })];
    await expect(Promise.race(runs)).rejects.toThrow(/^run 'o-1' belongs to 'anna#[0-9a-f]{8}' for at least 30000 ms more; try again later$/);
    expect(bert.one.count).toBe(0);
    (await anna.one.started()).succeed(1);
    (await anna.two.started()).succeed(2);
    await runs[0];
    expect((await bert.order.run(3, { runId: 'o-1' })).value('two')).toBe(2);
    expect(bert.one.count).toBe(0);
  });

  test('are one run although its input is encrypted, and no text of it is the same twice', async () => {
    const codec = encrypt({ key: 'k', keys: { k: new Uint8Array(32) } });
    const { order, one, two } = peer('anna', store, clock, { codec });
    const first = order.run(3, { runId: 'o-1' });
    (await one.started()).succeed(1);
    (await two.started()).succeed(2);
    await first;
    const again = peer('bert', store, clock, { codec }).order;
    expect((await again.run(3, { runId: 'o-1' })).value('two')).toBe(2);
    await expect(again.run(4, { runId: 'o-1' })).rejects.toMatchObject({ code: 'run-exists' });
  });

  test('are one run, which the second one takes over if its owner is gone', async () => {
    const anna = peer('anna', store, stopped());
    const bert = peer('bert', store, clock);
    anna.order.start(3, { runId: 'o-1' });
    (await anna.one.started()).succeed(1);
    await anna.two.started();
    await clock.advance('31s');
    const done = bert.order.run(3, { runId: 'o-1' });
    (await bert.two.started()).succeed(2);
    expect((await done).value('one')).toBe(1);
    await clock.advance('5m'); // and keeps its lease
  });

  test('are told apart by the name of a flow that is not registered', async () => {
    const anna = peer('anna', store, clock);
    const other = createFlows({ store, clock }).registerFlow<number>('other');
    other.process('p').customStep(() => 1, 's');
    await other.run(3, { runId: 'o-1' });
    await expect(anna.order.run(3, { runId: 'o-1' })).rejects.toThrow("there is a run 'o-1' already: it is one of flow 'other'");
  });
});

describe('one registry', () => {
  test('takes a run once, however it is asked for it', async () => {
    const anna = peer('anna', store, stopped());
    const bert = peer('bert', store, clock);
    anna.order.start(3, { runId: 'o-1' });
    await anna.one.started();
    await clock.advance('31s');
    const { flows } = bert;
    const [first, second, recovered, third] = await Promise.all([flows.resume('o-1'), flows.resume('o-1'), flows.recover(), flows.resume('o-1')]);
    (await bert.one.started()).succeed(1);
    (await bert.two.started()).succeed(2);
    for (const run of [first, second, third, ...recovered]) expect((await run.done).status).toBe('succeeded');
    expect(bert.one.count).toBe(1);
    expect((await headOf('o-1'))?.epoch).toBe(2);
  });

  test('claims a run once for two that ask for it at the same time', async () => {
    const anna = peer('anna', store, stopped());
    const bert = peer('bert', store, clock);
    anna.order.start(3, { runId: 'o-1' });
    await anna.one.started();
    await clock.advance('31s');
    await Promise.all([bert.flows.resume('o-1'), bert.flows.resume('o-1'), bert.flows.resume('o-1')]);
    expect((await headOf('o-1'))?.epoch).toBe(2);
  });

  test('does not take a run for lost whose end is on its way', async () => {
    let answer: (() => void) | undefined;
    const slow = changed(store, {
      append: async (rows) => {
        const kept = await store.append(rows);
        if (rows.some(({ status }) => status !== undefined)) await new Promise<void>((resolve) => (answer = resolve));
        return kept;
      },
    });
    const anna = peer('anna', slow, clock);
    const run = anna.order.start(3, { runId: 'o-1' });
    (await anna.one.started()).succeed(1);
    (await anna.two.started()).succeed(2);
    await clock.advance('10s'); // the heartbeat finds that the run has no owner any more
    answer?.();
    expect((await run.done).status).toBe('succeeded');
  });

  test('does not take the lease of another one of the same name for its own', async () => {
    const here = peer('anna', store, clock);
    const there = peer('anna', store, clock);
    here.order.start(3, { runId: 'o-1' });
    await here.one.started();
    await expect(there.flows.resume('o-1')).rejects.toMatchObject({ code: 'run-owned' });
    expect(await there.flows.recover()).toEqual([]);
  });

  test('has the slots of a run that it has lost for others', async () => {
    const anna = peer('anna', store, stopped(), { concurrency: 2 });
    const process = anna.order.process('more');
    const side = handStep('side');
    process.follow(side);
    anna.order.afterStep(() => undefined);
    const run = anna.order.start(3, { runId: 'o-1' });
    const [one, beside] = [await anna.one.started(), await side.started()];
    const head = await headOf('o-1');
    await store.claim({ owner: 'thief', now: head?.leaseUntil ?? 0, leaseUntil: 10 ** 9, limit: 1, text: (epoch) => JSON.stringify([{ t: 'claimed', owner: 'thief', epoch }]) });
    one.succeed(1); // its callback, and then `two`, wait for a row that is not kept
    await expect(run.done).rejects.toBeInstanceOf(LostOwnershipError);
    beside.succeed(1);
    await settle();
    anna.order.start(3, { runId: 'o-2' });
    await Promise.all([anna.one.started(), side.started()]);
    expect(anna.two.count).toBe(0);
  });

  test('does not lose a run whose creation takes longer than a heartbeat', async () => {
    let append: (() => void) | undefined;
    const slow = changed(store, {
      append: async (rows) => {
        if (rows.some(({ create }) => create !== undefined)) await new Promise<void>((resolve) => (append = resolve));
        return store.append(rows);
      },
    });
    const anna = peer('anna', slow, clock);
    anna.order.start(3, { runId: 'o-1' });
    await clock.advance('25s');
    append?.();
    (await anna.one.started()).succeed(1); // after it has renewed the lease, which is old by now
    (await anna.two.started()).succeed(2);
    await settle();
    expect((await headOf('o-1'))?.status).toBe('succeeded');
    expect(anna.problems).toEqual([]);
  });

  test('keeps nothing of a run that left nothing to keep', async () => {
    const { flows } = peer('anna', store, clock);
    const quick = flows.registerFlow<number>('quick').durability('exit');
    quick.process('p').customStep((s) => s.input, 's');
    for (const input of [1, 2]) expect((await quick.run(input, { runId: 'q-1' })).value('s')).toBe(input);
    expect(clock.pending).toBe(0);
  });
});

describe('a registry that is closed', () => {
  test('hands back what has not ended within the grace, and starts and takes nothing more', async () => {
    const anna = peer('anna', store, clock);
    const worker = anna.flows.worker();
    const run = anna.order.start(3, { runId: 'o-1' });
    await anna.flows.submit('order', 4, { runId: 'o-2' });
    (await anna.one.started()).succeed(1);
    await anna.one.started();
    const closed = anna.flows.close({ grace: '2s' });
    await expect(anna.order.run(3)).rejects.toMatchObject({ code: 'closed' });
    await expect(anna.flows.submit('order', 3)).rejects.toMatchObject({ code: 'closed' });
    await expect(anna.flows.resume('o-1')).rejects.toMatchObject({ code: 'closed' });
    await expect(anna.flows.recover()).rejects.toMatchObject({ code: 'closed' });
    expect(() => anna.flows.worker()).toThrow('the registry is closed');
    await clock.advance('2s');
    await closed;
    await expect(run.done).rejects.toBeInstanceOf(HandedBackError);
    expect(worker.status).toBe('stopped');
    expect(clock.pending).toBe(0);
    for (const runId of ['o-1', 'o-2']) expect(await headOf(runId)).toMatchObject({ owner: undefined, status: 'running' });
    await anna.flows.close();
    const bert = peer('bert', store, clock);
    expect((await bert.flows.recover()).map(({ id }) => id).toSorted()).toEqual(['o-1', 'o-2']);
  });

  test('does not wait for runs that merely wait, longer than its grace', async () => {
    const { flows } = peer('anna', store, clock);
    const long = flows.registerFlow('long');
    const calm = long.process('p');
    calm.waitForSignal('news').after(calm.customStep(() => 1, 'before'));
    const sleepy = flows.registerFlow('sleepy');
    sleepy.process('p').sleep('1h', 'nap');
    const paused = flows.registerFlow('paused');
    paused.process('p').customStep(() => 1, 'never');
    const runs = [long.start(undefined, { runId: 'l-1' }), sleepy.start(undefined, { runId: 's-1' }), paused.start(undefined, { runId: 'p-1' })];
    runs[2]!.pause();
    const worker = flows.worker({ evictAfter: '1d' });
    await flows.submit('long', undefined, { runId: 'l-2' });
    const closed = flows.close({ grace: '10m' }); // while their first rows are on their way
    await closed;
    for (const run of runs) await expect(run.done).rejects.toBeInstanceOf(HandedBackError);
    expect([worker.status, clock.pending]).toEqual(['stopped', 0]);
    for (const runId of ['l-1', 's-1', 'p-1', 'l-2']) expect(await headOf(runId)).toMatchObject({ owner: undefined, status: 'running' });
    expect((await store.load('l-1'))?.rows.some(({ text }) => text.includes('p/news'))).toBe(true);
  });

  test('lets runs end that do within the grace, and keeps what they leave', async () => {
    const anna = peer('anna', store, clock);
    const run = anna.order.start(3, { runId: 'o-1' });
    const call = await anna.one.started();
    const closed = anna.flows[Symbol.asyncDispose]();
    call.succeed(1);
    (await anna.two.started()).succeed(2);
    expect((await run.done).status).toBe('succeeded');
    await closed;
    expect((await headOf('o-1'))?.status).toBe('succeeded');
  });

  test('does not wait for a store that fails', async () => {
    const failing = changed(store, { append: () => Promise.reject(new Error('no store')) });
    const anna = peer('anna', failing, clock);
    const run = anna.order.start(3);
    await settle();
    await anna.flows.close({ grace: 0 });
    await expect(run.done).rejects.toBeInstanceOf(HandedBackError);
    expect(anna.one.count).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('is told what it cannot be asked', async () => {
    const { flows } = peer('anna', store, clock);
    // @ts-expect-error -- an option that there is not
    await expect(flows.close({ grce: 1 })).rejects.toThrow("the close of a registry has no option 'grce'; did you mean 'grace'?");
    await expect(flows.close({ grace: NaN })).rejects.toMatchObject({ code: 'invalid-duration' });
    await flows.submit('order', 3);
  });
});
