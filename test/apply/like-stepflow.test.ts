import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import { createFlows } from '../../src/flows.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { decisions, scripted } from '../kernel/draw.ts';
import { saved } from './controller.ts';
import { RandomWorld, randomItems } from './random-flow.ts';
import { define, type Item, Stepflow } from './stepflow.ts';

/** One `Apply` of go-stepflow whose caller keeps the state when it fails. */
function modelApply(model: Stepflow, state: string | undefined, world: RandomWorld): { readonly state: string | undefined; readonly failed: boolean } {
  try {
    return { state: model.apply(state, world), failed: false };
  } catch {
    return { state, failed: true };
  }
}

test('any flow calls what go-stepflow calls, in the same applies, and stands where it stands', async () => {
  await fc.assert(
    fc.asyncProperty(decisions, fc.nat(10_000), async (numbers, seed) => {
      const items: readonly Item[] = randomItems(scripted(numbers), 3);
      const [theirs, ours] = [new RandomWorld(seed), new RandomWorld(seed)];
      const model = new Stepflow('x/v1', items);
      const flow = createFlows({ clock: virtualClock(0), ids: () => 'r' }).registerFlow('x/v1');
      define(flow, items, ours);
      let state: string | undefined;
      let snapshot: FlowSnapshot | null = null;
      for (let count = 0; count < 500; count++) {
        const before = theirs.calls.length;
        const there = modelApply(model, state, theirs);
        state = there.state;
        const called = theirs.calls.slice(before);
        if (called.length === 0 && model.isCompleted(state) && count > 0) break; // the last one only ends what had ended
        const from = ours.calls.length;
        const here = await flow.apply(snapshot, { budget: 'one' });
        snapshot = saved(here.snapshot);
        expect(ours.calls.slice(from)).toEqual(called);
        expect(here.status === 'failed').toBe(there.failed);
        expect(flow.cursor(snapshot)).toEqual([model.climbed(state ?? 'start:x/v1')]);
        expect(flow.possibleNext(snapshot).length > 0).toBe(here.status !== 'succeeded');
        if (here.status === 'succeeded') break;
      }
      expect(flow.isCompleted(snapshot)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('any state of go-stepflow goes on here with the calls that it would go on with there', async () => {
  await fc.assert(
    fc.asyncProperty(decisions, fc.nat(10_000), fc.nat(20), fc.boolean(), async (numbers, seed, applies, isClimbed) => {
      const items: readonly Item[] = randomItems(scripted(numbers), 3);
      const theirs = new RandomWorld(seed);
      const model = new Stepflow('x/v1', items);
      let state: string | undefined;
      for (let count = 0; count <= applies && !model.isCompleted(state); count++) state = modelApply(model, state, theirs).state;
      if (state === undefined) return;
      const ours = theirs.copy();
      const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x/v1');
      define(flow, items, ours);
      let snapshot: FlowSnapshot | readonly string[] = [isClimbed ? model.climbed(state) : state]; // a cursor of ours is climbed
      const before = theirs.calls.length;
      for (let count = 0; count < 500 && !model.isCompleted(state); count++) state = modelApply(model, state, theirs).state;
      for (let count = 0; count < 500; count++) {
        const here = await flow.apply(snapshot, { budget: 'one' });
        snapshot = saved(here.snapshot);
        if (here.status === 'succeeded') break;
      }
      expect(ours.calls).toEqual(theirs.calls.slice(before));
    }),
    { numRuns: 200 },
  );
});
