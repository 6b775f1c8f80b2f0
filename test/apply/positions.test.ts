import { describe, expect, test } from 'vitest';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import type { Flow } from '../../src/define/flow.ts';
import type { Scope } from '../../src/define/scope.ts';
import { anyOf, settled } from '../../src/define/derived.ts';
import { createFlows } from '../../src/flows.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { saved } from './controller.ts';

// Where runs stand and what comes next, in shapes that go-stepflow does not have, or that its tests leave out.

const nothing = (): void => undefined;

function flowOf(define: (s: Scope<undefined>) => unknown): Flow<undefined> {
  const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x');
  flow.steps(define);
  return flow;
}

/** The snapshot after so many functions. */
async function after(calls: number, flow: Flow<undefined>): Promise<FlowSnapshot | null> {
  let snapshot: FlowSnapshot | null = null;
  for (let count = 0; count < calls; count++) snapshot = saved((await flow.apply(snapshot, { budget: 'one' })).snapshot);
  return snapshot;
}

/** What is next, without the paths. */
function nextOf(flow: Flow<undefined>, snapshot: FlowSnapshot | readonly string[] | null): readonly string[] {
  return flow.possibleNext(snapshot).map(({ from, to, reason }) => `${from} → ${to}: ${reason}`);
}

describe('a process', () => {
  //   a ─┬─ b
  //      └─ c
  test('of which two steps follow a third one stands behind that one, once', async () => {
    const flow = createFlows().registerFlow('x');
    const p = flow.process('p');
    const a = p.customStep(nothing, 'a');
    p.customStep(nothing, 'b', a);
    p.customStep(nothing, 'c', a);
    const snapshot = await after(1, flow);
    expect(flow.cursor(snapshot)).toEqual(['completed:x/p/a']);
    expect(nextOf(flow, snapshot)).toEqual(['start:x/p/b → completed:x/p/b: completed', 'start:x/p/c → completed:x/p/c: completed']);
  });

  test('does not stand behind the steps of another one that have the names of its own', async () => {
    const flow = createFlows().registerFlow('x');
    for (const name of ['p', 'q'] as const) flow.process(name).follow(function a() {}, function b() {});
    expect(flow.cursor(null)).toEqual(['start:x/p', 'start:x/q']);
    expect(flow.cursor(await after(1, flow))).toEqual(['start:x/q', 'completed:x/p/a']);
  });

  test('does not stand behind a step that need not end', async () => {
    const flow = createFlows().registerFlow('x');
    const p = flow.process('p');
    p.customStep(nothing, 'c', anyOf(p.customStep(nothing, 'a'), p.waitForSignal('b')));
    const snapshot = await after(1, flow);
    expect(flow.cursor(snapshot)).toEqual(['start:x/p/bSignal', 'completed:x/p/a']);
  });

  test('does not stand behind a step that has failed', async () => {
    const flow = createFlows().registerFlow('x');
    const p = flow.process('p');
    const a = p.customStep(() => { throw new Error('broken'); }, 'a');
    p.customStep(nothing, 'b', settled(a));
    expect(flow.cursor(await after(1, flow))).toEqual(['start:x/p/b']);
  });
});

describe('a case', () => {
  const branching = (holds: boolean): Flow<undefined> =>
    flowOf((s) => {
      s.case(
        () => holds,
        'c',
        (c) => { c.follow(function a() {}, function b() {}); },
        (c) => { c.follow(function a() {}, function b() {}); },
      );
    });

  test('that has not been asked goes on with the one body or with the other one', () => {
    expect(nextOf(branching(true), null)).toEqual([
      'start:x/cCase → start:x/cCase/steps: Case condition is met',
      'start:x/cCase → start:x/cCase/otherwise: Case condition is not met',
    ]);
  });

  test.for([
    [true, 'steps'],
    [false, 'otherwise'],
  ] as const)('that has been told %s goes on with the steps of that body, and is not asked again', async ([holds, body]) => {
    const flow = branching(holds);
    const asked = await after(1, flow);
    expect([flow.cursor(asked), nextOf(flow, asked)]).toEqual([[`start:x/cCase/${body}`], [`start:x/cCase/${body}/a → completed:x/cCase/${body}/a: completed`]]);
    const within = await after(2, flow);
    expect([flow.cursor(within), nextOf(flow, within)]).toEqual([[`completed:x/cCase/${body}/a`], [`start:x/cCase/${body}/b → completed:x/cCase/${body}/b: completed`]]);
    const state = [`completed:x/cCase/${body}/a`];
    expect([flow.cursor(state), nextOf(flow, state)]).toEqual([state, nextOf(flow, within)]);
    expect((await flow.apply(state)).ran).toEqual([`steps/c${holds ? '' : '#otherwise'}/b`]);
  });
});

test('what fails goes to the innermost retry around it', () => {
  const flow = flowOf((s) => s.retry((outer) => { outer.retry((inner) => { inner.customStep(nothing, 'a'); }, 'inner', 1); }, 'outer', 1));
  expect(nextOf(flow, null)).toEqual([
    'start:x/outerRetry/innerRetry/a → completed:x/outerRetry/innerRetry/a: completed',
    'start:x/outerRetry/innerRetry/a → start:x/outerRetry/innerRetry: retry',
  ]);
});

describe('a step for each item', () => {
  const each = 'x/eachForEach';
  const twoOf = (items: readonly string[], concurrency?: number): Flow<undefined> =>
    flowOf((s) => s.forEach(items, 'each', (scope) => { scope.follow(function a() {}, function b() {}); }, { key: (item) => item, concurrency }));

  test('stands where the items are that have not ended', async () => {
    const flow = twoOf(['one', 'two']);
    const stands: (readonly string[])[] = [];
    const next: (readonly string[])[] = [];
    for (const calls of [1, 2, 3]) {
      const snapshot = await after(calls, flow);
      stands.push(flow.cursor(snapshot));
      next.push(flow.possibleNext(snapshot).map(({ path }) => path));
    }
    expect(stands).toEqual([[`completed:${each}/one/a`, `start:${each}/two`], [`start:${each}/two`], [`completed:${each}/two/a`]]);
    expect(next).toEqual([['steps/each/one/b', 'steps/each/two/a'], ['steps/each/two/a'], ['steps/each/two/b']]);
  });

  test('does not stand where items of a list are that do not fit yet', async () => {
    const flow = twoOf(['one', 'two', 'three'], 1);
    const stands: (readonly string[])[] = [];
    for (const calls of [1, 2, 3]) stands.push(flow.cursor(await after(calls, flow)));
    expect(stands).toEqual([[`completed:${each}/one/a`], [`start:${each}/two`], [`completed:${each}/two/a`]]);
    expect(flow.possibleNext(await after(1, flow)).map(({ path }) => path)).toEqual(['steps/each/one/b']);
  });

  test.for([
    [undefined, ['one', 'more', 'two', 'more', 'three', 'more']],
    [2, ['one, two', 'two, more', 'two, three', 'three, more']],
    [4, ['one, two, three']],
  ] as const)('whose source is asynchronous takes more of it when there is room: %s at once', async ([concurrency, expected]) => {
    async function* source(): AsyncGenerator<string> {
      for (const item of ['one', 'two', 'three']) yield await Promise.resolve(item);
    }
    const flow = flowOf((s) => s.forEach(() => source(), 'each', (scope) => { scope.customStep(nothing, 'a'); }, { concurrency, key: (item) => item }));
    const seen: string[] = [];
    for (let calls = 1; calls <= expected.length; calls++) {
      const next = flow.possibleNext(await after(calls, flow));
      seen.push(next.map(({ path, reason }) => (reason === 'items are listed' ? 'more' : path.split('/')[2])).join(', '));
    }
    expect(seen).toEqual(expected);
  });
});

test('an imported state in a step is not taken for one in another step whose name begins alike', async () => {
  const flow = flowOf((s) => {
    s.group((g) => { g.follow(function c() {}); }, 'a');
    s.group((g) => { g.follow(function c() {}, function d() {}); }, 'ab');
  });
  const state = ['completed:x/ab/c'];
  expect(flow.cursor(state)).toEqual(state);
  expect((await flow.apply(state)).ran).toEqual(['steps/ab/d']);
});

test('no state is in an item, as go-stepflow has none', async () => {
  const flow = flowOf((s) => s.forEach(['one'], 'each', (each) => { each.customStep(nothing, 'a'); }));
  const message = "the state of flow 'x' is ['completed:x/eachForEach/a']; no item has this event; did you mean 'completed:x/eachForEach'?";
  expect(() => flow.cursor(['completed:x/eachForEach/a'])).toThrow(message);
  await expect(flow.apply(['completed:x/eachForEach/a'])).rejects.toThrow(message);
  expect(flow.cursor(['completed:x/eachForEach'])).toEqual(['completed:x']);
});

test('a run that waits for a part of a millisecond says that it goes on when that has passed', async () => {
  const clock = virtualClock(0);
  const flow = createFlows({ clock }).registerFlow('x');
  flow.steps((s) => s.sleep(1.5, 'nap'));
  const { wakeAt, snapshot } = await flow.apply(null);
  expect(wakeAt).toBe(2);
  await clock.advance(2);
  expect((await flow.apply(saved(snapshot))).status).toBe('succeeded');
});
