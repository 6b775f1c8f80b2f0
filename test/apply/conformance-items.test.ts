import { describe, expect, test } from 'vitest';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import type { Flow } from '../../src/define/flow.ts';
import { FlowDefinitionError } from '../../src/errors.ts';
import { createFlows } from '../../src/flows.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { applied } from './controller.ts';
import { countOf, Exchange } from './exchange.ts';
import { define, type Item, loop, retry, run, steps, waitFor, when } from './stepflow.ts';

// What the tests of go-stepflow prove of each kind of item; conformance.test.ts says how many applies each of them takes.
describe('the items', () => {
  function only(item: Item, does?: ConstructorParameters<typeof Exchange>[0]): { readonly flow: Flow<undefined>; readonly world: Exchange } {
    const flow = createFlows({ clock: virtualClock(0) }).registerFlow('parent');
    const world = new Exchange(does);
    define(flow, [item], world);
    return { flow, world };
  }

  const fails = (error: Error) => ({ test: () => { throw error; } }) as const;
  function edges(flow: Flow<undefined>, snapshot: FlowSnapshot | null = null): readonly string[] {
    return flow.possibleNext(snapshot).map(({ from, to, reason }) => `${from} → ${to}: ${reason}`);
  }

  test('SF-09: a function comes to its end, and its error is the one that it threw', async () => {
    const { flow } = only(run('test'));
    expect(edges(flow)).toEqual(['start:parent/test → completed:parent/test: completed']);
    const error = new Error('test error');
    const { result, status } = await only(run('test'), fails(error)).flow.apply(null, { budget: 'one' });
    expect([status, result?.errors[0]?.error]).toEqual(['failed', error]);
    expect(result?.errors[0]?.error).toBe(error);
  });

  test('SF-10: a wait is met or not, and fails with what its condition throws', async () => {
    const { flow } = only(waitFor('test'));
    const name = 'parent/testWaitFor';
    expect(edges(flow)).toEqual([`start:${name} → completed:${name}: WaitFor condition is met`, `start:${name} → start:${name}: WaitFor condition is not met`]);
    const error = new Error('test error');
    const throwing = only(waitFor('test'), { testWaitFor: () => { throw error; } });
    expect((await throwing.flow.apply(null)).result?.errors[0]?.error).toBe(error);
  });

  test('SF-11: a case decides once', async () => {
    const item = when('test', run('child'));
    const name = 'parent/testCase';
    expect(edges(only(item).flow)).toEqual([`start:${name} → start:${name}/steps: Case condition is met`, `start:${name} → completed:${name}: Case condition is not met`]);
    const holding = only(item);
    expect((await applied(holding.flow as never, { budget: 'one' })).length).toBe(2);
    expect(holding.world.all).toEqual(['testCase', 'child']);
    const other = only(item, { testCase: () => false });
    expect((await applied(other.flow as never, { budget: 'one' })).length).toBe(1);
    expect(other.world.all).toEqual(['testCase']);
    const error = new Error('test error');
    expect((await only(item, { testCase: () => { throw error; } }).flow.apply(null)).result?.errors[0]?.error).toBe(error);
  });

  test('SF-12: a loop runs its body first, and fails with what its body or its condition throws', async () => {
    const item = loop('test', run('child'));
    const name = 'parent/testLoopUntil';
    const once = only(item);
    const first = await once.flow.apply(null, { budget: 'one' });
    expect(edges(once.flow, first.snapshot)).toEqual([`completed:${name}/steps → completed:${name}: LoopUntil condition is met`, `completed:${name}/steps → start:${name}/steps: LoopUntil condition is not met`]);
    expect((await applied(once.flow as never, { budget: 'one' })).length).toBe(2);
    const thrice = only(item, { testLoopUntil: (all) => countOf('child', all) >= 3 });
    expect((await applied(thrice.flow as never, { budget: 'one' })).length).toBe(6);
    expect(countOf('child', thrice.world.all)).toBe(3);
    const error = new Error('test error');
    expect((await only(item, { child: () => { throw error; } }).flow.apply(null)).result?.errors[0]?.error).toBe(error);
    const asking = await applied(only(item, { testLoopUntil: () => { throw error; } }).flow as never, { budget: 'one' });
    expect(asking.map(({ status }) => status)).toEqual(['running', 'failed']);
    expect(asking[1]?.result?.errors[0]?.error).toBe(error);
  });

  test('SF-13: a handler decides whether a group is tried again, and what it throws takes the place of the error', async () => {
    const item = retry('test', run('child'));
    const error = new Error('test error');
    const failing = (until: number) => (all: readonly string[]) => {
      if (countOf('child', all) < until) throw error;
    };
    expect(edges(only(item).flow)).toEqual(['start:parent/testRetry/child → completed:parent/testRetry/child: completed', 'start:parent/testRetry/child → start:parent/testRetry: retry']);
    expect((await applied(only(item, { child: failing(2) }).flow as never, { budget: 'one' })).length).toBe(2);
    const refusing = only(item, { child: failing(2), 'testRetry test error': () => false });
    expect((await refusing.flow.apply(null)).result?.errors[0]?.error).toBe(error);
    const other = new Error('handler error');
    const throwing = only(item, { child: failing(2), 'testRetry test error': () => { throw other; } });
    expect((await throwing.flow.apply(null)).result?.errors[0]?.error).toBe(other);
    const limited = only(item, { child: failing(9), 'testRetry test error': (all) => countOf('testRetry test error', all) < 3 });
    expect((await applied(limited.flow as never, { budget: 'one' })).at(-1)?.status).toBe('failed');
    expect(countOf('testRetry test error', limited.world.all)).toBe(3);
  });

  test('SF-14: no items are done at once, and two of the same name are refused', async () => {
    const empty = createFlows().registerFlow('parent');
    empty.steps(() => undefined);
    expect(await empty.apply(null, { budget: 'one' })).toMatchObject({ status: 'succeeded', ran: [] });
    const twice = createFlows().registerFlow('parent');
    define(twice, [run('a'), run('a')], new Exchange());
    await expect(twice.apply(null)).rejects.toBeInstanceOf(FlowDefinitionError);
  });

  test('SF-15: null begins, and only a run that went well is completed', async () => {
    const { flow } = only(steps('all', run('a'), run('b')));
    const { snapshot } = await flow.apply(null, { budget: 'one' });
    expect([null, snapshot].map((one) => flow.isCompleted(one))).toEqual([false, false]);
    const failed = only(run('test'), fails(new Error('no')));
    expect(failed.flow.isCompleted((await failed.flow.apply(null)).snapshot)).toBe(false);
    const states = [[], ['wrong'], ['start:parent'], ['completed:parent/all/a'], ['completed:parent/all/b'], ['completed:parent', 'completed:parent'], ['completed:parent']];
    expect(states.map((state) => flow.isCompleted(state))).toEqual([false, false, false, false, false, false, true]);
  });

  test('SF-15: a state of go-stepflow is read wherever a snapshot is', () => {
    const flow = createFlows().registerFlow('parent');
    define(flow, [steps('all', run('a'), run('b')), when('c', run('d'))], new Exchange());
    expect(flow.cursor(['completed:parent/all/a'])).toEqual(['completed:parent/all/a']);
    expect(flow.cursor(['completed:parent/all/b'])).toEqual(['completed:parent/all']); // climbed
    expect(flow.cursor(['completed:parent'])).toEqual(['completed:parent']);
    expect(flow.possibleNext(['completed:parent/all/a'])).toEqual([{ path: 'steps/all/b', from: 'start:parent/all/b', to: 'completed:parent/all/b', reason: 'completed' }]);
    expect(flow.possibleNext(['start:parent'])).toEqual(flow.possibleNext(null));
    expect(flow.possibleNext(['completed:parent'])).toEqual([]);
    expect(() => flow.cursor(['completed:parent/al'])).toThrow("did you mean 'completed:parent/all'?");
    expect(() => flow.possibleNext([])).toThrow("the state of flow 'parent' is []; give one event");
    expect(() => flow.cursor(1 as never)).toThrow("the snapshot of flow 'parent' is");
  });

  test('a state of go-stepflow is read without an input, also where a flow needs one', () => {
    const flow = createFlows().registerFlow<{ readonly app: string }>('x/v1');
    flow.steps((s) => {
      s.customStep(() => 0, 'a');
      s.customStep(() => 0, 'b');
    });
    expect(flow.cursor(['completed:x/v1/a'])).toEqual(['completed:x/v1/a']);  });

  test('SF-16: names of positions begin with those of what they are in', async () => {
    const { flow } = only(steps('all', when('c', loop('l', retry('r', run('a'), run('b'))))));
    const cursors = (await applied(flow as never, { budget: 'one' })).flatMap(({ snapshot }) => flow.cursor(snapshot));
    expect(cursors[1]).toBe('completed:parent/all/cCase/steps/lLoopUntil/steps/rRetry/a');
  });
});
