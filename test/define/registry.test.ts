import { createFlows, flow as standard, FlowError } from 'millrace';
import { describe, expect, test } from 'vitest';
import { issuesOf, wrong } from './issues.ts';

describe('a registry', () => {
  test('knows its flows by name, in the order of their registration', () => {
    const flows = createFlows();
    const [b, a] = [flows.registerFlow('b'), flows.registerFlow('a')];
    expect([flows.get('a'), flows.get('b'), flows.get('c')]).toEqual([a, b, undefined]);
    expect([flows.has('a'), flows.has('c'), flows.list()]).toEqual([true, false, ['b', 'a']]);
  });

  test('a name is given once, and free again after unregister', () => {
    const flows = createFlows();
    const first = flows.registerFlow('order');
    expect(() => flows.registerFlow('order')).toThrow(
      expect.objectContaining({ code: 'duplicate-flow', message: "flow 'order' is already registered; give another name, or unregister it before" }),
    );
    expect([flows.unregister('order'), flows.unregister('order'), flows.has('order')]).toEqual([true, false, false]);
    expect(flows.registerFlow('order')).not.toBe(first);
  });

  test('a flow that was taken out still runs by its object', async () => {
    const flows = createFlows();
    const flow = flows.registerFlow('order');
    flow.process('p').customStep(() => 1, 'a');
    flows.unregister('order');
    expect((await flow.run()).status).toBe('succeeded');
    await expect(flows.run('order')).rejects.toThrow(FlowError);
  });

  test('runs a flow by name', async () => {
    const flows = createFlows();
    flows.registerFlow<number>('double').process('p').customStep((s) => s.input * 2, 'a');
    expect((await flows.run('double', 21, { runId: 'r' })).value('a')).toBe(42);
  });

  test.for<[unknown, string]>([
    ['ordr', "flow 'ordr' is not registered; did you mean 'order'?"],
    ['something', "flow 'something' is not registered; register it before it runs"],
    ['', "flow '' is not registered; register it before it runs"],
    [undefined, 'flow undefined is not registered; register it before it runs'],
  ])('%s is unknown: run rejects and names the nearest', async ([name, message]) => {
    const flows = createFlows();
    flows.registerFlow('order');
    await expect(flows.run(wrong(name))).rejects.toEqual(expect.objectContaining({ code: 'unknown-flow', message }));
  });

  test('flowWithProcess registers a flow with one process of its name', async () => {
    const flows = createFlows();
    const process = flows.flowWithProcess<number>('order');
    process.customStep((s) => s.input + 1, 'a');
    expect([process.name, process.flow.name, flows.get('order') === (process.flow as unknown)]).toEqual(['order', 'order', true]);
    expect((await process.flow.run(1)).value('order/a')).toBe(2);
  });

  test('two registries share nothing, also not with the default one', () => {
    const [one, two] = [createFlows(), createFlows()];
    one.registerFlow('only in one');
    expect([two.has('only in one'), standard.has('only in one')]).toEqual([false, false]);
  });

  test('the default registry is the only global one', async () => {
    const mine = standard.registerFlow('registry.test');
    mine.process('p').customStep(() => 1, 'a');
    expect((await standard.run('registry.test')).status).toBe('succeeded');
    expect(standard.unregister('registry.test')).toBe(true);
  });
});

describe('two processes of one name', () => {
  test('are a problem of the definition', () => {
    const flow = createFlows().registerFlow('f');
    flow.process('p').customStep(() => 1, 'a');
    flow.process('p').customStep(() => 1, 'b');
    expect(issuesOf(flow)).toEqual([
      { code: 'duplicate-process', message: "process 'p' is defined twice in flow 'f'; give each process its own name", at: 'p' },
    ]);
  });

  test('in two flows are two processes', async () => {
    const flows = createFlows();
    for (const name of ['one', 'two']) flows.registerFlow(name).process('p').customStep(() => name, 'a');
    expect((await flows.run('one')).value('p/a')).toBe('one');
  });
});

describe('a process in the wrong place', () => {
  test.for<[string, (flows: ReturnType<typeof createFlows>) => unknown, string]>([
    ['a process of another flow', (flows) => flows.registerFlow('other').process('q'), "process 'q' of flow 'other'"],
    ['a process of another registry', () => createFlows().registerFlow('other').process('q'), "process 'q' of flow 'other'"],
    ['undefined', () => undefined, 'undefined'],
    ['a name', () => 'q', "'q'"],
    ['a flow', (flows) => flows.registerFlow('other'), "flow 'other'"],
    ['a step', (flows) => flows.registerFlow('other').process('q').customStep(() => 1, 'a'), "step 'q/a'"],
    ['a list', () => [], 'a list'],
    ['an object', () => ({}), 'an object'],
  ])('%s cannot be ordered before', ([, make, shown]) => {
    const flows = createFlows();
    const p = flows.registerFlow('f').process('p');
    expect(() => p.after(wrong(make(flows)))).toThrow(
      expect.objectContaining({ code: 'foreign-handle', message: `process 'p' cannot be ordered after ${shown}; give processes of flow 'f'` }),
    );
  });
});
