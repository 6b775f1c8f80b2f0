import { failed, settled } from 'millrace';
import { handStep, settle, virtualClock, type HandStep } from 'millrace/testing';
import { expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';

/** A process of its own: a registry with a flow of two steps, of which the second one is driven by hand. */
function processOf(store: Store, owner: string, at: number): { readonly flows: DurableFlows; readonly step: HandStep<string>; readonly effects: string[] } {
  const flows = createFlows({ store, owner, clock: virtualClock(at) });
  const effects: string[] = [];
  const step = handStep<string>('b');
  flows.registerFlow<undefined>('order').process('p').customStep(() => void effects.push('a'), 'a').next(step.run, 'b');
  return { flows, step, effects };
}

test('a run that had failed, was recovered and lost its process again is found by recover()', async () => {
  const store = memoryStore();
  const one = processOf(store, 'one', 0);
  const failing = one.flows.get('order')!.start(undefined, { runId: 'r1' });
  (await one.step.started()).fail(new Error('wrong'));
  expect((await failing.done).status).toBe('failed');
  const two = processOf(store, 'two', 1_000);
  await two.flows.resume('r1');
  await two.step.started(); // and here it dies
  expect((await store.load('r1'))?.head).toMatchObject({ status: 'running', owner: expect.stringMatching(/^two#/) as string });
  const three = processOf(store, 'three', 100_000);
  const runs = await three.flows.recover();
  expect(runs.map(({ id }) => id)).toEqual(['r1']);
  const call = await three.step.started();
  expect([call.attempt, call.s.recovering]).toEqual([2, true]);
  call.succeed('done');
  const result = await runs[0]!.done;
  expect(result.value('b')).toBe('done');
  expect([one.effects, two.effects, three.effects]).toEqual([['a'], [], []]);
  await three.flows.idle();
  expect((await three.flows.result('r1'))?.value('b')).toBe('done');
});

test('its result says nothing while it goes on, and the late owner loses it', async () => {
  const store = memoryStore();
  const one = processOf(store, 'one', 0);
  const first = one.flows.get('order')!.start(undefined, { runId: 'r1' });
  const late = await one.step.started();
  const two = processOf(store, 'two', 100_000);
  const [run] = await two.flows.recover();
  const call = await two.step.started();
  expect(await two.flows.result('r1')).toBe(undefined);
  late.succeed('late');
  await expect(first.done).rejects.toThrow("run 'r1' was taken over by another owner");
  await settle();
  call.succeed('right');
  expect((await run!.done).value('b')).toBe('right');
});

//   charge ── (failed) refund ─┬─ report
//                              └ (settled)
test('R16: what a step set before a recovery is seen by itself when it runs again, and by nobody when it does not', async () => {
  const store = memoryStore();
  const seen: unknown[] = [];
  const make = (owner: string, isBroken: boolean): DurableFlows => {
    const flows = createFlows({ store, owner, clock: virtualClock(owner === 'one' ? 0 : 1_000) });
    const p = flows.registerFlow<undefined>('order').process('p');
    const fail = (): void => {
      if (isBroken) throw new Error('wrong');
    };
    const charge = p.customStep((s) => {
      seen.push(s.get('card'));
      s.set('card', owner);
      fail();
    }, 'charge');
    const refund = p.customStep((s) => {
      s.set('money', 'back');
      fail();
    }, 'refund', failed(charge));
    p.customStep((s) => {
      seen.push(s.get('money'));
      fail();
    }, 'report', settled(refund));
    return flows;
  };
  const first = await make('one', true).get('order')!.start(undefined, { runId: 'r1' }).done;
  expect([first.status, seen.splice(0)]).toEqual(['failed', [undefined, 'back']]);
  const run = await make('two', false).resume('r1');
  expect([(await run.done).status, seen]).toEqual(['succeeded', ['one', undefined]]);
});

test('a step whose callbacks were at work when its process died in a stop is what its function came to', async () => {
  const store = memoryStore();
  const registryOf = (owner: string, at: number): { readonly flows: DurableFlows; readonly calls: string[] } => {
    const flows = createFlows({ store, owner, clock: virtualClock(at) });
    const calls: string[] = [];
    const step = flows.registerFlow<undefined>('order').process('p').customStep(() => (calls.push('step'), 'value'), 'a');
    step.beforeStep(() => void calls.push('before')).afterStep((_, { status }) => (calls.push(`after ${status}`), owner === 'one' ? new Promise<void>(() => undefined) : undefined));
    return { flows, calls };
  };
  const one = registryOf('one', 0);
  const stopped = one.flows.get('order')!.start(undefined, { runId: 'r1', grace: '10m' });
  await settle();
  stopped.stop('enough', { mode: 'abort' });
  await settle(); // and here it dies
  const two = registryOf('two', 100_000);
  const [run] = await two.flows.recover();
  const result = await run!.done;
  expect([result.status, result.value('a')]).toEqual(['succeeded', 'value']);
  expect([one.calls, two.calls]).toEqual([['before', 'step', 'after succeeded'], ['after succeeded']]);
});

test('R16: what a step set before a recovery is seen by nobody when a stop keeps it from running again, also after a crash', async () => {
  const store = memoryStore();
  const lifeOf = (number: number): { readonly flows: DurableFlows; readonly seen: unknown[] } => {
    const flows = createFlows({ store, owner: `life ${number}`, clock: virtualClock(number * 100_000) });
    const seen: unknown[] = [];
    const p = flows.registerFlow<undefined>('order').process('p');
    const first = p.customStep(async ({ signal }) => {
      if (number > 1) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new Error('wrong');
    }, 'first');
    const charge = p.customStep((s) => {
      s.set('card', 'mine');
      throw new Error('wrong');
    }, 'charge', settled(first));
    p.always((s) => {
      seen.push(s.getByStep(charge, 'card'));
      if (number === 1) throw new Error('wrong');
      return number === 3 ? undefined : new Promise(() => undefined);
    }, 'end').after(settled(charge));
    return { flows, seen };
  };
  const one = lifeOf(1);
  await one.flows.get('order')!.start(undefined, { runId: 'r1' }).done;
  const two = lifeOf(2);
  const stopped = await two.flows.resume('r1');
  await settle();
  stopped.stop('enough', { mode: 'abort' });
  await settle(); // it dies in the always step
  const three = lifeOf(3);
  const [run] = await three.flows.recover();
  await run!.done;
  expect([one.seen, two.seen, three.seen]).toEqual([['mine'], [undefined], [undefined]]);
});
