import { beforeEach, describe, expect, test } from 'vitest';
import { HandedBackError } from '../../src/durable/run-errors.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
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

describe('a run that is submitted', () => {
  test('is kept, has no owner, and waits for a worker', async () => {
    const { flows, order, one } = peer('anna', store, clock);
    expect(await flows.submit(order, 3, { runId: 'o-1' })).toBe('o-1');
    expect(await headOf('o-1')).toMatchObject({ status: 'running', owner: undefined, epoch: 0, flow: 'order' });
    await settle();
    expect(one.count).toBe(0);
    expect(await flows.result('o-1')).toBeUndefined();
  });

  test('goes on in a worker of another process, with its input and its options', async () => {
    const anna = peer('anna', store, clock);
    const bert = peer('bert', store, clock);
    await anna.flows.submit('order', 3, { runId: 'o-1', concurrency: 1 });
    await using worker = bert.flows.worker();
    const call = await bert.one.started();
    expect(call.s.input).toBe(3);
    expect(call.s.recovering).toBe(false);
    expect(worker.atWork).toBe(1);
    expect((await headOf('o-1'))?.owner).toMatch(/^bert#/);
    call.succeed(1);
    (await bert.two.started()).succeed(2);
    await worker.idle();
    expect(await headOf('o-1')).toMatchObject({ status: 'succeeded', owner: undefined, epoch: 1 });
    expect((await anna.flows.result('o-1'))?.value('two')).toBe(2);
    expect(anna.one.count).toBe(0);
  });

  test('counts its time from when it has its first owner, also after the next one took over', async () => {
    const anna = peer('anna', store, clock);
    const bert = peer('bert', store, clock);
    await anna.flows.submit('order', 3, { runId: 'o-1', flowTimeout: '1m' });
    await clock.advance('1h');
    const worker = anna.flows.worker();
    await anna.one.started();
    await clock.advance('40s');
    await worker.stop({ grace: 0 });
    await using other = bert.flows.worker();
    const { signal } = await bert.one.started();
    await clock.advance('19s');
    expect(signal.aborted).toBe(false);
    await clock.advance('1s');
    expect(signal.aborted).toBe(true);
    await other.stop({ grace: 0 });
  });

  test('may be submitted once more with the same input, at work and when it has ended; anything else is refused', async () => {
    const { flows, order, one, two } = peer('anna', store, clock);
    await flows.submit(order, 3, { runId: 'o-1' });
    expect(await flows.submit(order, 3, { runId: 'o-1' })).toBe('o-1');
    flows.registerFlow('other').process('p').customStep(() => 1, 's');
    await expect(flows.submit(order, 4, { runId: 'o-1' })).rejects.toThrow("there is a run 'o-1' already: it has another input");
    await expect(flows.submit('other', 3, { runId: 'o-1' })).rejects.toThrow("there is a run 'o-1' already: it is one of flow 'order'");
    await using worker = flows.worker();
    const call = await one.started();
    expect(await flows.submit(order, 3, { runId: 'o-1' })).toBe('o-1');
    await expect(flows.submit(order, 4, { runId: 'o-1' })).rejects.toMatchObject({ code: 'run-exists' });
    call.succeed(1);
    (await two.started()).succeed(2);
    await worker.idle();
    expect(await flows.submit(order, 3, { runId: 'o-1' })).toBe('o-1');
    expect(one.count).toBe(1);
  });

  test('gets an id where none is given, and its input is checked', async () => {
    const flows = createFlows({ store, clock, ids: () => 'made' });
    const accepts = (value: unknown) => (typeof value === 'number' ? { value: value + 1 } : { issues: [{ message: 'no number' }] });
    const order = flows.registerFlow('order', { input: { '~standard': { version: 1, vendor: 'test', validate: accepts, types: undefined as { input: number; output: number } | undefined } } });
    order.process('p').customStep((s) => s.input, 'same');
    expect(await flows.submit(order, 3)).toBe('made');
    await expect(flows.submit('order', 'x', { runId: 'o-2' })).rejects.toMatchObject({ code: 'invalid-input' });
    await using worker = flows.worker();
    await worker.idle();
    expect((await flows.result('made'))?.value('same')).toBe(4);
    expect(await headOf('o-2')).toBeUndefined();
  });

  test('is refused where nobody could find it, or understand what is meant', async () => {
    const { flows, order } = peer('anna', store, clock);
    flows.registerFlow('fleeting').durability('none').process('p').customStep(() => 1, 's');
    await expect(flows.submit('fleeting')).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(flows.submit('ordre')).rejects.toThrow("flow 'ordre' is not registered; did you mean 'order'?");
    await expect(flows.submit(peer('bert', store, clock).order, 3)).rejects.toThrow("flow 'order' is not registered: it is one of another registry");
    // @ts-expect-error -- an option that there is not
    await expect(flows.submit(order, 3, { runID: 'o-1' })).rejects.toThrow("a run that is submitted has no option 'runID'; did you mean 'runId'?");
    // @ts-expect-error -- nobody else has this signal
    await expect(flows.submit(order, 3, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(flows.submit(order, 3, { runId: 'a\0b' })).rejects.toThrow('leave out NUL');
    await expect(order.run(3, { runId: 'a\0b' })).rejects.toThrow('leave out NUL');
  });
});

describe('a worker', () => {
  test('has no more runs at work than its concurrency, and takes the longest due first', async () => {
    const { flows, order, one, two } = peer('anna', store, clock);
    for (const runId of ['o-1', 'o-2', 'o-3']) {
      await flows.submit(order, 3, { runId });
      await clock.advance(10);
    }
    await using worker = flows.worker({ concurrency: 2 });
    const first = await one.started();
    const second = await one.started();
    expect([first.s.runId, second.s.runId]).toEqual(['o-1', 'o-2']);
    await settle();
    expect([one.count, worker.atWork]).toEqual([2, 2]);
    first.succeed(1);
    (await two.started()).succeed(2);
    const third = await one.started();
    expect(third.s.runId).toBe('o-3');
    for (const call of [second, third]) call.succeed(1);
    for (const _ of [1, 2]) (await two.started()).succeed(2);
    await worker.idle();
    expect(worker.atWork).toBe(0);
  });

  test('takes a run of its own registry at once, and that of another one at its next look', async () => {
    const anna = peer('anna', store, clock);
    const bert = peer('bert', store, clock);
    await using worker = bert.flows.worker({ pollEvery: '10s' });
    await worker.idle();
    await bert.flows.submit('order', 3);
    (await bert.one.started()).succeed(1);
    (await bert.two.started()).succeed(1);
    await worker.idle();
    await anna.flows.submit('order', 3);
    await clock.advance('9s');
    expect(bert.one.count).toBe(1);
    await clock.advance('1s');
    expect(bert.one.count).toBe(2);
    await worker.stop({ grace: 0 });
  });

  test('waits for a random part of pollEvery, from a half on', async () => {
    const anna = peer('anna', store, clock);
    const bert = peer('bert', store, clock, { random: () => 0 });
    await using worker = bert.flows.worker({ pollEvery: '10s' });
    await worker.idle();
    await anna.flows.submit('order', 3);
    await clock.advance('5s');
    expect(bert.one.count).toBe(1);
    await worker.stop({ grace: 0 });
  });

  test('takes runs of the flows that it is given', async () => {
    const { flows, one } = peer('anna', store, clock);
    flows.registerFlow('other').process('p').customStep(() => 1, 's');
    await flows.submit('order', 3);
    const runId = await flows.submit('other');
    await using worker = flows.worker({ flows: ['other'] });
    await worker.idle();
    expect((await headOf(runId))?.status).toBe('succeeded');
    expect(one.count).toBe(0);
  });

  test('goes on with a run whose owner is gone, when the lease is over, and not before', async () => {
    const anna = peer('anna', store, clock);
    const bert = peer('bert', store, clock);
    const run = anna.order.start(3, { runId: 'o-1' });
    (await anna.one.started()).succeed(1);
    await anna.two.started();
    const dead = virtualClock(clock.now()); // its process stands still: nothing renews the lease
    expect(dead.pending).toBe(0);
    await store.release((await headOf('o-1'))?.owner ?? '', []);
    await using worker = bert.flows.worker();
    await clock.advance('29s');
    expect(bert.two.count).toBe(0);
    expect(run.status).toBe('running');
    await worker.stop();
  });

  test('tells of a run that cannot go on, leaves it its lease, and goes on with the others', async () => {
    const anna = peer('anna', store, clock);
    const bert = peer('bert', store, clock);
    await anna.flows.submit('order', 3, { runId: 'o-1' });
    await anna.flows.submit('order', 3, { runId: 'o-2' });
    await store.append([{ runId: 'o-1', row: { seq: 2, at: 0, text: 'no row' } }]);
    await using worker = bert.flows.worker({ pollEvery: '1s' });
    (await bert.one.started()).succeed(1);
    (await bert.two.started()).succeed(1);
    await worker.idle();
    expect(bert.problems).toMatchObject([{ stage: 'recover', runId: 'o-1', flow: 'order', error: { code: 'corrupt-journal' } }]);
    await clock.advance('20s');
    expect(bert.problems).toHaveLength(1);
    expect((await headOf('o-1'))?.epoch).toBe(1);
    await clock.advance('41s');
    expect(bert.problems).toHaveLength(2);
  });

  test('leaves a run that cannot go on here alone for a time that doubles, so that others can take it', async () => {
    const anna = peer('anna', store, clock);
    await anna.flows.submit('order', 3, { runId: 'o-1' });
    const first = anna.flows.worker();
    (await anna.one.started()).succeed(1);
    await anna.two.started();
    await first.stop({ grace: 0 });
    const old = createFlows({ store, owner: 'old', clock, lease: '30s', random: () => 1 });
    old.registerFlow('order').process('work').customStep(() => 1, 'other');
    const problems: unknown[] = [];
    old.onInternalError(({ error }) => void problems.push(error));
    await using worker = old.worker({ pollEvery: '1s' });
    await settle();
    expect(problems).toMatchObject([{ code: 'incompatible-definition' }]);
    await clock.advance('29m');
    expect(problems).toHaveLength(5); // at the start, and after 1, 3, 7 and 15 minutes
    await clock.advance('3m');
    expect([problems.length, (await headOf('o-1'))?.epoch]).toEqual([6, 7]);
    await clock.advance('31s'); // its lease is over, and it is left alone
    const bert = peer('bert', store, clock);
    await using other = bert.flows.worker();
    (await bert.two.started()).succeed(2);
    await other.idle();
    expect(await headOf('o-1')).toMatchObject({ status: 'succeeded' });
    expect(worker.status).toBe('running');
  });

  test('is asked for what cannot go on here all the same by recover and resume', async () => {
    const anna = peer('anna', store, clock);
    await anna.flows.submit('order', 3, { runId: 'o-1' });
    await store.append([{ runId: 'o-1', row: { seq: 2, at: 0, text: 'no row' } }]);
    await using worker = anna.flows.worker({ pollEvery: '1h' });
    await worker.idle();
    await clock.advance('31s');
    expect([await anna.flows.recover(), anna.problems.length]).toEqual([[], 2]);
    await expect(anna.flows.resume('o-1')).rejects.toMatchObject({ code: 'corrupt-journal' });
  });

  test('looks less and less often while the store fails, tells it once, and goes on when it works again', async () => {
    let isBroken = true;
    let looks = 0;
    const failing: Store = changed(store, {
      claim: (request: Parameters<Store['claim']>[0]) => {
        looks += 1;
        return isBroken ? Promise.reject(new Error('no store')) : store.claim(request);
      },
    });
    const anna = peer('anna', failing, clock);
    await using worker = anna.flows.worker({ pollEvery: '1s' });
    await clock.advance('100s');
    expect(looks).toBeLessThan(10);
    expect(anna.problems).toMatchObject([{ stage: 'persist', error: { message: 'no store' } }]);
    isBroken = false;
    await peer('bert', store, clock).flows.submit('order', 3);
    await clock.advance('30s');
    expect(anna.one.count).toBe(1);
    await worker.stop({ grace: 0 });
  });
});

describe('a worker that is stopped', () => {
  test('lets its runs end, and takes no other', async () => {
    const { flows, one, two } = peer('anna', store, clock);
    await flows.submit('order', 3, { runId: 'o-1' });
    const worker = flows.worker({ concurrency: 2 });
    const call = await one.started();
    const stopped = worker.stop();
    expect(worker.status).toBe('draining');
    await flows.submit('order', 3, { runId: 'o-2' });
    call.succeed(1);
    (await two.started()).succeed(2);
    await stopped;
    expect(worker.status).toBe('stopped');
    expect(await headOf('o-1')).toMatchObject({ status: 'succeeded' });
    expect(await headOf('o-2')).toMatchObject({ epoch: 0 });
    await worker.idle();
    expect(clock.pending).toBe(0);
  });

  test('hands back what has not ended: another one goes on with it at once, behind what is recorded', async () => {
    const anna = peer('anna', store, clock);
    const bert = peer('bert', store, clock);
    await anna.flows.submit('order', 3, { runId: 'o-1' });
    const worker = anna.flows.worker();
    (await anna.one.started()).succeed(7);
    const call = await anna.two.started();
    const { signal } = call;
    const stopped = worker.stop({ grace: '2s' });
    await clock.advance('1s');
    expect(signal.aborted).toBe(false);
    await clock.advance('1s');
    await stopped;
    expect(signal.reason).toBeInstanceOf(HandedBackError);
    expect(await headOf('o-1')).toMatchObject({ status: 'running', owner: undefined });
    call.fail(new Error('aborted')); // nobody asks any more
    await using other = bert.flows.worker();
    const again = await bert.two.started();
    expect([again.s.result(bert.one), again.s.recovering]).toEqual([7, true]);
    expect(bert.one.count).toBe(0);
    again.succeed(2);
    await other.idle();
    expect((await bert.flows.result('o-1'))?.status).toBe('succeeded');
    expect([anna.problems, bert.problems]).toEqual([[], []]);
    expect(anna.flows.result('o-1')).toBeDefined();
  });

  test('does not wait any longer when it is told so', async () => {
    const { flows, one } = peer('anna', store, clock);
    await flows.submit('order', 3);
    const worker = flows.worker();
    await one.started();
    const stopped = worker.stop({ grace: '1h' });
    await worker.stop({ grace: 0 });
    expect(worker.status).toBe('stopped');
    await stopped;
    await worker.stop();
  });

  test('gives back what a look under way brings it', async () => {
    let bring: (() => void) | undefined;
    const slow: Store = changed(store, {
      claim: async (request: Parameters<Store['claim']>[0]) => {
        const runs = await store.claim(request);
        await new Promise<void>((resolve) => (bring = resolve));
        return runs;
      },
    });
    const anna = peer('anna', slow, clock);
    await anna.flows.submit('order', 3, { runId: 'o-1' });
    const worker = anna.flows.worker();
    await settle();
    const stopped = worker.stop();
    bring?.();
    await stopped;
    expect(await headOf('o-1')).toMatchObject({ owner: undefined, epoch: 1, status: 'running' });
    expect(anna.one.count).toBe(0);
  });
});

describe('what a worker cannot be asked', () => {
  test('is refused at once', async () => {
    const empty = createFlows({ store, clock });
    expect(() => empty.worker()).toThrow('a worker has no flows to work on, because none is registered; register flows before');
    const { flows } = peer('anna', store, clock);
    expect(() => flows.worker({ concurrency: 0 })).toThrow('the concurrency of a worker is 0; give a whole number from 1');
    expect(() => flows.worker({ pollEvery: 0 })).toThrow('pollEvery of a worker is 0; give more than 0');
    expect(() => flows.worker({ flows: [] })).toThrow('the flows of a worker are an empty list; give the names of some, or leave them out for all');
    expect(() => flows.worker({ flows: ['ordre'] })).toThrow("a worker is to take runs of flow 'ordre', which is not registered; did you mean 'order'?");
    // @ts-expect-error -- an option that there is not
    expect(() => flows.worker({ concurency: 1 })).toThrow("a worker has no option 'concurency'; did you mean 'concurrency'?");
    // @ts-expect-error -- no options
    expect(() => flows.worker(null)).toThrow('the options of a worker are null');
    await using worker = flows.worker();
    // @ts-expect-error -- an option that there is not
    await expect(worker.stop({ graceMs: 1 })).rejects.toThrow("the stop of a worker has no option 'graceMs'; did you mean 'grace'?");
    await expect(worker.stop({ grace: -1 })).rejects.toMatchObject({ code: 'invalid-duration' });
    expect(worker.status).toBe('running');
  });
});
