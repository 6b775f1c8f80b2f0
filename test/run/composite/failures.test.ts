import { createFlows, memoryStore, type FlowResult, type RunError, type Scope } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, throwing } from '../bench.ts';
import { kinds, nested, pairs, placeOf } from './kinds.ts';

const broken = new Error('broken');

function told(result: FlowResult): readonly string[] {
  return result.errors.map(({ path, error }) => `${path}: ${error.message}`);
}

describe.each(pairs)('a step that fails in a %s of a %s', (outer, inner) => {
  const names = [outer, inner];

  test('is in the errors of the run by its whole path, in place of what is around it', async () => {
    const { flow, p } = bench();
    const step = nested(p, names, (scope) => scope.customStep(throwing(broken), 'x'));
    const result = await flow.run();
    const path = `p/${names.map((name) => placeOf[name]).join('/')}/x`;
    const repeated = path.replaceAll('retry#1', 'retry#3'); // two attempts after the first one
    expect(result.errors).toEqual([{ path: repeated, error: broken }]);
    expect(result.process('p').errors).toEqual(result.errors);
    expect(result.outcome(step)).toEqual({ status: 'failed', error: broken });
    expect(result.outcome(repeated)).toEqual({ status: 'failed', error: broken });
    expect(result.explain(repeated)).toBe(`${repeated}: failed: broken`);
    expect(result.explain(step)).toBe(`${outer}: failed ← ${repeated.slice('p/'.length)}: failed: broken`);
  });
});

describe('the errors of a run', () => {
  test('name everything that failed in a body, in graph order', async () => {
    const { flow, p } = bench();
    p.group((g) => {
      g.customStep(async () => Promise.reject(new Error('late')), 'b');
      g.customStep(throwing(new Error('early')), 'a');
      g.customStep(() => 1, 'fine');
    }, 'g');
    p.customStep(throwing(new Error('other')), 'z');
    const result = await flow.run();
    expect(told(result)).toEqual(['p/g/b: late', 'p/g/a: early', 'p/z: other']);
    expect(result.explain('g')).toBe('g: failed ← g/b: failed: late (and 1 more)');
    expect(() => result.orThrow()).toThrow("run of flow 'f' failed, 3 steps failed:\n  - p/g/b: late\n  - p/g/a: early\n  - p/z: other");
  });

  test('name the items that failed, in the order of the items', async () => {
    const { flow, p } = bench();
    const after = p.forEach(['a', 'b', 'c'], 'lines', (each) => each.customStep(async (s) => Promise.reject(new Error(s.result(each.item))), 'pack'), { key: (item) => item });
    p.customStep(() => 1, 'ship', after);
    const result = await flow.run();
    expect(told(result)[0]).toBe('p/lines/a/pack: a');
    expect(result.explain('ship')).toBe('ship: cancelled ← lines: failed ← lines/a/pack: failed: a');
    expect(result.outcome('ship')).toEqual({ status: 'cancelled', because: [{ path: 'p/lines', status: 'failed' }] });
  });

  test('do not name what was put up with: other attempts, and items that are collected', async () => {
    const { flow, p } = bench();
    let calls = 0;
    p.retry((r) => r.customStep(() => { if (calls++ === 0) throw broken; }, 'x'), 'again', 1);
    p.forEach(['a'], 'lines', (each) => each.customStep(throwing(broken), 'pack'), { onError: 'collect' });
    const result = await flow.run();
    expect([result.status, result.errors]).toEqual(['succeeded', []]);
    expect(result.value('lines' as never)).toEqual([{ status: 'failed', error: broken }]);
  });

  test('name a composite step that failed by itself, although something in it failed', async () => {
    const { flow, p } = bench();
    const other = new Error('no handler');
    p.retry((r) => r.customStep(throwing(broken), 'x'), 'again', throwing(other));
    p.loopUntil((l) => l.customStep(() => 1, 'x'), 'loop', throwing(other));
    p.case(throwing(other), 'case', (c) => c.customStep(() => 1, 'x'));
    expect(told(await flow.run())).toEqual(['p/again: no handler', 'p/loop: no handler', 'p/case: no handler']);
  });

  test('name a step in a flow that was called by its path in the whole run; in the result of that flow by its own', async () => {
    const { flows, flow, p } = bench();
    const pay = flows.registerFlow<undefined>('pay');
    pay.process('main').group((g) => g.customStep(throwing(broken), 'charge'), 'card');
    const step = p.call(pay, 'pay', () => undefined);
    const result = await flow.run();
    expect(result.errors).toEqual([{ path: 'p/pay/main/card/charge', error: broken }]);
    const outcome = result.outcome(step);
    const { result: inner } = (outcome.status === 'failed' ? outcome.error : undefined) as RunError;
    expect(told(inner)).toEqual(['main/card/charge: broken']);
    expect(inner.explain('card')).toBe('p/pay/main/card: failed ← p/pay/main/card/charge: failed: broken'.replaceAll('p/pay/main/', ''));
  });

  test('name a call whose flow ran out of time', async () => {
    const { clock, flows, flow, p } = bench();
    const slow = flows.registerFlow<undefined>('slow').flowTimeout('1s');
    slow.process('main').sleep('2s', 'nap');
    p.call(slow, 'slow', () => undefined);
    const run = flow.start();
    await clock.advance(1_000);
    expect((await run.done).errors.map(({ path }) => path)).toEqual(['p/slow']);
  });
});

describe('the errors of a recorded run', () => {
  const fill = (scope: Scope<undefined>): ReturnType<Scope<undefined>['customStep']> => scope.customStep(throwing(broken), 'x');

  test.each(Object.keys(kinds))('name what failed in a %s when they are read again', async (kind) => {
    const store = memoryStore();
    const registry = (): ReturnType<typeof createFlows> & { result(id: string): Promise<FlowResult | undefined> } => {
      const flows = createFlows({ store });
      const flow = flows.registerFlow<undefined>('f');
      nested(flow.process('p'), [kind, 'group'], fill);
      return flows;
    };
    const live = await registry().run('f', undefined, { runId: 'r' });
    expect(live.errors).toHaveLength(1);
    const read = await registry().result('r');
    expect(told(read!)).toEqual(told(live));
    expect(read!.explain(kind)).toBe(live.explain(kind));
  });

  test('name it when the result is the value of a step', async () => {
    const store = memoryStore();
    const registry = (): ReturnType<typeof createFlows> & { result(id: string): Promise<FlowResult | undefined> } => {
      const flows = createFlows({ store });
      const inner = flows.registerFlow<undefined>('inner');
      nested(inner.process('q'), ['group'], fill);
      flows.registerFlow<undefined>('f').process('p').customStep(() => inner.run(undefined, { runId: 'i' }), 'keeps');
      return flows;
    };
    const live = (await registry().run('f', undefined, { runId: 'r' })).value('keeps' as never) as FlowResult;
    const read = (await registry().result('r'))!.value('keeps' as never) as FlowResult;
    expect(told(read)).toEqual(['q/group/x: broken']);
    expect([read.explain('group'), read.explain('q/group/x'), read.outcome('q/group/x')]).toEqual([live.explain('group'), live.explain('q/group/x'), live.outcome('q/group/x')]);
  });

  test('name it in the result of an apply', async () => {
    const { flow, p } = bench();
    nested(p, ['group'], fill);
    const { snapshot, result } = await flow.apply(null);
    expect(told(result!)).toEqual(['p/group/x: broken']);
    expect(told((await flow.apply(snapshot)).result!)).toEqual(['p/group/x: broken']);
  });
});
