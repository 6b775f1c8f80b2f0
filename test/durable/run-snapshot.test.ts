import { createFlows, memoryStore, type Flow, type FlowSnapshot } from 'millrace';
import { handStep, settle, virtualClock, type HandStep } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Store } from '../../src/durable/store.ts';
import { handStore } from './hand-store.ts';

type Durability = 'step' | 'exit' | 'none';

interface Made {
  readonly flows: DurableFlows;
  readonly flow: Flow<undefined>;
  readonly pack: HandStep;
}

function made(store: Store = memoryStore(), durability: Durability = 'step', owner = 'a'): Made {
  const flows = createFlows({ store, clock: virtualClock(0), durability, owner });
  const flow = flows.registerFlow<undefined>('order');
  const pack = handStep('pack');
  flow.steps((s) => {
    s.customStep(() => 'priced', 'price');
    s.group((g) => {
      g.customStep(() => 'picked', 'pick');
      g.customStep((c) => pack.run(c as never), 'pack');
    }, 'box');
    const go = s.waitForSignal('go');
    s.customStep((c) => c.result(go), 'ship');
  });
  return { flows, flow, pack };
}

const read = (snapshot: FlowSnapshot): FlowSnapshot => JSON.parse(JSON.stringify(snapshot)) as FlowSnapshot;

describe.each(['step', 'exit'] as const)('a snapshot of a run (%s)', (durability) => {
  test('says where it is now, as plain JSON, and changes nothing', async () => {
    const { flow, pack } = made(memoryStore(), durability);
    const run = flow.start(undefined, { runId: 'r' });
    await settle();
    const first = await run.snapshot();
    expect(flow.cursor(first)).toEqual(['start:order/box/pack']);
    expect(read(first)).toEqual(first);
    expect([first.runId, first.flow]).toEqual(['r', 'order']);
    (await pack.started()).succeed('packed');
    await settle();
    expect(flow.cursor(read(await run.snapshot()))).toEqual(['start:order/goSignal']);
    await run.sendSignal('go', 7);
    expect((await run.done).value('steps/ship' as never)).toBe(7);
    expect(pack.calls).toHaveLength(1);
  });

  test('can be gone on with by apply: what is at work is called again, and nothing else', async () => {
    const { flow, pack } = made(memoryStore(), durability);
    const run = flow.start(undefined, { runId: 'r' });
    await run.sendSignal('go', 7).catch(() => undefined);
    await pack.started();
    const applied = flow.apply(read(await run.snapshot()));
    (await pack.started()).succeed('packed');
    const { status, ran, result } = await applied;
    expect([status, ran, result?.value('steps/ship' as never)]).toEqual(['succeeded', ['steps/box/pack', 'steps/ship'], 7]);
    expect(run.status).toBe('running');
  });

  test('of one that failed says so', async () => {
    const { flow, pack } = made(memoryStore(), durability);
    const run = flow.start(undefined, { runId: 'r' });
    (await pack.started()).fail(new Error('broken'));
    const { status } = await run.done;
    const snapshot = await run.snapshot();
    expect([status, flow.isCompleted(snapshot), flow.cursor(snapshot)]).toEqual(['failed', false, ['completed:order/box/pick']]);
  });

  test('of one that goes on has what was recorded before', async () => {
    const store = memoryStore();
    const first = made(store, durability);
    const run = first.flow.start(undefined, { runId: 'r' });
    (await first.pack.started()).fail(new Error('broken'));
    await run.done;
    const second = made(store, durability, 'b');
    const resumed = await second.flows.resume('r');
    (await second.pack.started()).succeed('packed');
    await settle();
    expect(second.flow.cursor(await resumed.snapshot())).toEqual(['start:order/goSignal']);
  });
});

test('a snapshot of a run that has succeeded is completed', async () => {
  const { flow, pack } = made();
  const run = flow.start(undefined, { runId: 'r' });
  (await pack.started()).succeed('packed');
  await run.sendSignal('go');
  await run.done;
  expect(flow.isCompleted(await run.snapshot())).toBe(true);
});

test('a snapshot of a run that was joined is one of that, wherever it is at work', async () => {
  const store = memoryStore();
  const { flow } = made(store);
  flow.start(undefined, { runId: 'r' });
  await settle();
  const elsewhere = made(store, 'step', 'b').flow.start(undefined, { runId: 'r' });
  elsewhere.done.catch(() => undefined); // it is owned
  await settle();
  for (const joined of [flow.start(undefined, { runId: 'r' }), elsewhere]) expect(flow.cursor(await joined.snapshot())).toEqual(['start:order/box/pack']);
});

test('a snapshot waits until what was done is kept', async () => {
  const hand = await handStore();
  const { flow } = made(hand.store);
  const run = flow.start(undefined, { runId: 'r' });
  let taken = false;
  const snapshot = run.snapshot().finally(() => (taken = true));
  await settle();
  expect(taken).toBe(false);
  await hand.commit();
  expect(flow.cursor(await snapshot)).toEqual(['start:order/price']);
});

test.each([
  ['without a store', () => createFlows().registerFlow<undefined>('order')],
  ["of the durability 'none'", () => made(memoryStore(), 'none').flow],
] as const)('a run %s has no snapshot', async (_, define) => {
  const flow = define();
  if (flow.graph().rows().length === 0) flow.process('p').customStep(() => 1, 'a');
  const run = flow.start(undefined, { runId: 'r' });
  await expect(run.snapshot()).rejects.toMatchObject({ code: 'no-store', message: "run 'r' is not recorded, so there is no snapshot of it; give createFlows a store, and the flow a durability other than 'none', or advance it with apply" });
  run.stop(undefined, { mode: 'abort' });
});

test("a run of durability 'exit' that has succeeded left no trace, so there is no snapshot of it", async () => {
  const { flow, pack } = made(memoryStore(), 'exit');
  const run = flow.start(undefined, { runId: 'r' });
  (await pack.started()).succeed('packed');
  await run.sendSignal('go');
  await run.done;
  await expect(run.snapshot()).rejects.toMatchObject({ code: 'unknown-run' });
});
