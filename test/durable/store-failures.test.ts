import { failed, RunError, type Flow, type InternalError } from 'millrace';
import { handStep, settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import { LostOwnershipError } from '../../src/durable/run-errors.ts';
import { StoreError } from '../../src/durable/store-error.ts';
import { createFlows } from '../../src/flows.ts';
import { type HandStore, handStore } from './hand-store.ts';

interface Bench {
  readonly hand: HandStore;
  readonly clock: VirtualClock;
  readonly flows: DurableFlows;
  readonly flow: Flow<undefined>;
  readonly problems: InternalError[];
  /** Keeps everything that is to be written. */
  readonly rest: () => Promise<void>;
}

async function bench(concurrency?: number): Promise<Bench> {
  const hand = await handStore();
  const clock = virtualClock();
  const flows = createFlows({ store: hand.store, clock, owner: 'anna', ...(concurrency !== undefined && { concurrency }) });
  const problems: InternalError[] = [];
  flows.onInternalError((event) => void problems.push(event));
  const rest = async (): Promise<void> => {
    for (await settle(); hand.open > 0; await settle()) await hand.commit();
  };
  return { hand, clock, flows, flow: flows.registerFlow<undefined>('order'), problems, rest };
}

/** Another process takes a run over although nobody told the one at work. */
async function takeOver({ store }: HandStore, runId: string): Promise<void> {
  const claimed = await store.claim({ owner: 'bert', now: 60_000, leaseUntil: 90_000, limit: 1, runId, text: () => '[]' });
  expect(claimed).toHaveLength(1);
}

const full = new StoreError('store-full', 'orders.db', 'has no room');

describe('a store that fails for a while', () => {
  test('the run keeps its position, and goes on when there is room', async () => {
    const { hand, clock, flow, problems, rest } = await bench();
    const log: string[] = [];
    const p = flow.process('p');
    const a = p.customStep(() => (log.push('a'), 1), 'a');
    p.customStep((s) => (log.push('b'), s.result(a)), 'b', a);
    const run = flow.start();
    await settle();
    await hand.commit();
    await settle();
    expect(log).toEqual(['a']);
    for (let failure = 0; failure < 5; failure += 1) {
      hand.fail(full);
      await settle();
      expect([hand.open, log, run.status]).toEqual([0, ['a'], 'running']);
      await clock.advance('10s');
      expect(hand.open).toBe(1);
    }
    expect(problems.map(({ stage, error }) => [stage, error])).toEqual([['persist', full]]);
    await rest();
    expect((await run.done).value('b')).toBe(1);
    expect(log).toEqual(['a', 'b']);
    expect((await hand.store.load(run.id))?.head.status).toBe('succeeded');
  });

  test('what ends meanwhile is kept later, in order', async () => {
    const { hand, clock, flow, rest } = await bench();
    const [a, b] = [handStep('a'), handStep('b')];
    const p = flow.process('p');
    p.customStep(a.run, 'a');
    p.customStep(b.run, 'b');
    const run = flow.start();
    await settle();
    await hand.commit();
    (await a.started()).succeed(1);
    await settle();
    hand.fail(full);
    (await b.started()).fail(new Error('wrong'));
    await settle();
    await clock.advance('1s');
    await rest();
    const result = await run.done;
    expect([result.value('a'), result.status]).toEqual([1, 'failed']);
    expect((await hand.store.load(run.id))?.rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test('a first row that cannot be written starts nothing, and the run begins when it can', async () => {
    const { hand, clock, flow, rest } = await bench();
    const log: string[] = [];
    flow.process('p').customStep(() => log.push('a'), 'a');
    const run = flow.start();
    await settle();
    hand.fail(full);
    await clock.advance('1s');
    expect([log, await hand.store.load(run.id)]).toEqual([[], undefined]);
    await rest();
    expect((await run.done).status).toBe('succeeded');
  });
});

describe('a run that another process has taken over', () => {
  test('ends here with LostOwnershipError: its signals abort, and nothing starts any more', async () => {
    const { hand, flow, rest } = await bench();
    const log: string[] = [];
    const [a, b] = [handStep('a'), handStep('b')];
    const p = flow.process('p');
    p.customStep(a.run, 'a')
      .next(() => log.push('after a'), 'c')
      .afterStep(() => void log.push('callback'));
    p.customStep(b.run, 'b');
    p.customStep(() => log.push('refund'), 'refund', failed('b'));
    p.always(() => log.push('tidy'), 'tidy');
    const run = flow.start(undefined, { runId: 'r1' });
    await settle();
    await hand.commit();
    const [inA, inB] = [await a.started(), await b.started()];
    const { signal } = inB;
    await takeOver(hand, 'r1');
    inA.succeed(1);
    await rest();
    await expect(run.done).rejects.toThrow(LostOwnershipError);
    await expect(run.done).rejects.toThrow("run 'r1' was taken over by another owner");
    expect(signal.reason).toBeInstanceOf(LostOwnershipError);
    inB.fail(new Error('late'));
    await rest();
    expect([log, hand.open]).toEqual([[], 0]);
    expect((await hand.store.load('r1'))?.rows).toHaveLength(2);
  });

  test('says so when it was deleted instead', async () => {
    const { hand, flow, rest } = await bench();
    const a = handStep('a');
    flow.process('p').customStep(a.run, 'a');
    const run = flow.start(undefined, { runId: 'r1' });
    await settle();
    await hand.commit();
    const call = await a.started();
    await hand.store.delete('r1');
    call.succeed(1);
    await rest();
    await expect(run.done).rejects.toThrow(LostOwnershipError);
    await expect(run.done).rejects.toThrow("run 'r1' was deleted from the store while it was at work; it goes on nowhere, and what was at work here does not count");
    expect(run.status).toBe('failed');
  });

  test('its error is nobody\'s business when nobody waits for its end', async () => {
    const { hand, flow, rest } = await bench();
    const a = handStep('a');
    flow.process('p').customStep(a.run, 'a');
    flow.start(undefined, { runId: 'r1' });
    await settle();
    await hand.commit();
    await takeOver(hand, 'r1');
    (await a.started()).succeed(1);
    await rest();
    expect(hand.batches).toHaveLength(2); // an unhandled rejection fails the test
  });

  test('the heartbeat finds out, too', async () => {
    const { hand, clock, flow } = await bench();
    const a = handStep('a');
    flow.process('p').customStep(a.run, 'a');
    const run = flow.start(undefined, { runId: 'r1' });
    await settle();
    await hand.commit();
    const { signal } = await a.started();
    await takeOver(hand, 'r1');
    expect(signal.aborted).toBe(false);
    await clock.advance('10s');
    await expect(run.done).rejects.toThrow(LostOwnershipError);
    expect(signal.aborted).toBe(true);
  });

  test('the other runs are unharmed, and get the slots that its steps had taken', async () => {
    const { hand, flow, rest } = await bench(1);
    const log: string[] = [];
    const p = flow.process('p');
    p.customStep((s) => log.push(`${s.runId} a`), 'a').next((s) => log.push(`${s.runId} b`), 'b');
    const one = flow.start(undefined, { runId: 'r1' });
    await settle();
    await hand.commit();
    const lost = expect(one.done).rejects.toThrow(LostOwnershipError);
    await takeOver(hand, 'r1'); // while it writes that a has ended and b starts
    const two = flow.start(undefined, { runId: 'r2' });
    await rest();
    await lost;
    expect((await two.done).status).toBe('succeeded');
    expect(log).toEqual(['r1 a', 'r2 a', 'r2 b']);
  });

  test('the limit of the registry holds afterwards: each slot is given back once', async () => {
    const { hand, flow, rest } = await bench(1);
    let [atWork, most] = [0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, (atWork += 1));
      await settle();
      atWork -= 1;
    };
    const p = flow.process('p');
    p.customStep(() => 1, 'a').next(work, 'b');
    const one = flow.start(undefined, { runId: 'r1' });
    one.on('*', () => undefined);
    await settle();
    await hand.commit();
    const lost = expect(one.done).rejects.toThrow(LostOwnershipError);
    await takeOver(hand, 'r1'); // while it writes that a has ended and b starts
    const others = ['r2', 'r3', 'r4'].map((runId) => flow.start(undefined, { runId }));
    await rest();
    await lost;
    for (const run of others) expect((await run.done).status).toBe('succeeded');
    expect(most).toBe(1);
  });

  test('its result is not one of a run that failed', async () => {
    const { hand, flow, rest } = await bench();
    flow.process('p').customStep(() => 1, 'a');
    const run = flow.start(undefined, { runId: 'r1' });
    await settle();
    await hand.commit();
    await takeOver(hand, 'r1');
    await rest();
    const error: unknown = await run.done.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LostOwnershipError);
    expect(error).not.toBeInstanceOf(RunError);
  });
});
