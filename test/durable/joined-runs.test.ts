import { createFlows, memoryStore, type Flow, type Run, type RunEvent } from 'millrace';
import { handStep, settle, virtualClock, type HandStep, type VirtualClock } from 'millrace/testing';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Store } from '../../src/durable/store.ts';

const anything: StandardSchemaV1<undefined, undefined> = { '~standard': { version: 1, vendor: 'test', validate: async (value) => ({ value: value as undefined }) } };

interface Registry {
  readonly flows: DurableFlows;
  readonly clock: VirtualClock;
  readonly order: Flow<undefined>;
  readonly pack: HandStep;
}

function registry(store: Store, clock = virtualClock(0), owner = 'a'): Registry {
  const flows = createFlows({ store, clock, owner });
  const pack = handStep('pack');
  const order = flows.registerFlow('order', { input: anything });
  const p = order.process('p');
  p.follow(pack);
  p.customStep(() => 1, 'ship', 'pack');
  return { flows, clock, order, pack };
}

/** A run at work, and a second start of it, which only the schema or the store finds out to be the same. */
const ways: readonly (readonly [how: string, begin: () => Promise<Registry & { readonly join: () => Run }>])[] = [
  [
    'at work here',
    async () => {
      const one = registry(memoryStore());
      one.order.start(undefined, { runId: 'r' });
      await settle();
      return { ...one, join: () => one.order.start(undefined, { runId: 'r' }) };
    },
  ],
  [
    'that a dead process has left, and that is taken over',
    async () => {
      const store = memoryStore();
      registry(store).order.start(undefined, { runId: 'r' });
      await settle();
      const one = registry(store, virtualClock(60_000), 'b');
      return { ...one, join: () => one.order.start(undefined, { runId: 'r' }) };
    },
  ],
];

describe.each(ways)('a start that joins a run %s', (_, begin) => {
  test('sees where its steps stand, then and later', async () => {
    const { pack, join } = await begin();
    const joined = join();
    await settle();
    expect([joined.status, joined.outcome('pack'), joined.outcome('ship')]).toEqual(['running', { status: 'running' }, { status: 'pending' }]);
    (await pack.started()).succeed('box');
    const result = await joined.done;
    expect([joined.status, joined.outcome('pack'), joined.outcome('ship')]).toEqual(['succeeded', { status: 'succeeded', value: 'box' }, { status: 'succeeded', value: 1 }]);
    expect(result.value('pack')).toBe('box');
  });

  test.each(['at once', 'later'])('stops it (%s)', async (when) => {
    const { clock, join } = await begin();
    const joined = join();
    if (when === 'later') await settle();
    joined.stop('enough', { mode: 'abort', grace: '1s' });
    await settle();
    await clock.advance(1_000);
    const result = await joined.done;
    expect([joined.status, result.reason, result.outcome('pack')]).toEqual(['stopped', 'enough', { status: 'stopped', reason: 'enough' }]);
  });

  test('stops a process of it', async () => {
    const { pack, join } = await begin();
    const joined = join();
    const process = joined.process('p');
    await settle();
    process.stop('enough');
    expect([joined.status, process.status]).toEqual(['running', 'stopping']);
    (await pack.started()).succeed('box');
    const result = await joined.done;
    expect([process.status, result.outcome('pack').status, result.outcome('ship')]).toEqual(['stopped', 'succeeded', { status: 'stopped', reason: 'enough' }]);
  });

  test('pauses it and lets it go on', async () => {
    const { pack, join } = await begin();
    const joined = join();
    await settle();
    joined.pause();
    expect(joined.status).toBe('paused');
    (await pack.started()).succeed('box');
    await settle();
    expect(joined.outcome('ship')).toEqual({ status: 'queued' });
    joined.resume();
    expect((await joined.done).status).toBe('succeeded');
  });

  test.each(['at once', 'later'])('hears what happens in it (%s)', async (when) => {
    const { pack, join } = await begin();
    const joined = join();
    if (when === 'later') await settle();
    const events: RunEvent[] = [];
    joined.on('*', (event) => void events.push(event));
    await settle();
    (await pack.started()).succeed('box');
    await joined.done;
    expect(events.map(({ type }) => type).filter((type) => type === 'step-ended' || type === 'run-ended')).toEqual(['step-ended', 'step-ended', 'run-ended']);
  });

  test('stops it when the handle is disposed, and waits for it', async () => {
    const { pack, join } = await begin();
    const joined = join();
    await settle();
    const call = await pack.started();
    call.signal.addEventListener('abort', () => call.fail(call.signal.reason));
    await joined[Symbol.asyncDispose]();
    expect(joined.status).toBe('stopped');
  });
});

test('a start that joins a run that has ended sees how', async () => {
  const store = memoryStore();
  const first = registry(store);
  const run = first.order.start(undefined, { runId: 'r' });
  (await first.pack.started()).succeed('box');
  await run.done;
  const joined = registry(store, virtualClock(1), 'b').order.start(undefined, { runId: 'r' });
  await joined.done;
  expect([joined.status, joined.process('p').status, joined.outcome('pack')]).toEqual(['succeeded', 'succeeded', { status: 'succeeded', value: 'box' }]);
  joined.stop();
  await settle();
  expect(joined.status).toBe('succeeded');
});

test('a start that finds its run at work in another process rejects, and a stop of it does nothing', async () => {
  const store = memoryStore();
  const first = registry(store);
  const there = first.order.start(undefined, { runId: 'r' });
  await settle();
  const joined = registry(store, virtualClock(1), 'b').order.start(undefined, { runId: 'r' });
  joined.stop('enough', { mode: 'abort' });
  await expect(joined.done).rejects.toMatchObject({ code: 'run-owned' });
  joined.stop('enough', { mode: 'abort' });
  await joined[Symbol.asyncDispose]();
  expect([joined.status, there.status]).toEqual(['failed', 'running']);
});
