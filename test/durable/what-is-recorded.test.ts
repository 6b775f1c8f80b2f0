import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { stateOf } from '../../src/durable/state-of.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';

/** One process with a step that does what it is told. */
function made(store: Store, owner: string, work: () => unknown) {
  const flows = createFlows({ store, owner });
  const process = flows.registerFlow<undefined>('order').process('p');
  process.customStep(work, 'a');
  return { flows, flow: process.flow };
}

describe('what is recorded', () => {
  test('a run that was recovered is unfinished again, so that a later process finds it', async () => {
    const store = memoryStore();
    await made(store, 'one', () => {
      throw new Error('wrong');
    }).flow.run(undefined, { runId: 'r' });
    const hanging = made(store, 'two', () => new Promise(() => undefined));
    await hanging.flows.resume('r');
    await hanging.flows.idle();
    expect((await store.load('r'))!.head.status).toBe('running');
    await store.release((await store.load('r'))!.head.owner!, ['r']); // the process dies
    const [run] = await made(store, 'three', () => 'done').flows.recover();
    expect((await run!.done).value('a')).toBe('done');
  });

  test('what was asked of a run before it began goes with its first row', async () => {
    const store = memoryStore();
    const { flow } = made(store, 'one', () => 'done');
    const paused = flow.start(undefined, { runId: 'paused' });
    paused.process('p').pause();
    const stopped = flow.start(undefined, { runId: 'stopped' });
    stopped.stop('enough');
    await stopped.done;
    await settle();
    expect(stateOf((await store.load('paused'))!).paused).toEqual(['p']);
    expect(stateOf((await store.load('stopped'))!).latches).toEqual([expect.objectContaining({ p: '', mode: 'drain', why: 'stop' })]);
    paused.stop();
    await paused.done;
  });
});
