import { describe, expect, test } from 'vitest';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import { defineResource } from '../../src/define/resource.ts';
import { createFlows } from '../../src/flows.ts';
import { key } from '../../src/index.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { applied, saved } from './controller.ts';

describe('a budget', () => {
  function diamond() {
    const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x');
    const p = flow.process('p');
    const first = p.customStep(() => 1, 'first');
    const both = p.parallel({ left: () => 2, right: () => 3 }).after(first);
    p.customStep((s) => s.results.left + s.results.right, 'last', both);
    return flow;
  }

  test.for([
    ['one', [['p/first'], ['p/left'], ['p/right'], ['p/last']]],
    ['ready', [['p/first'], ['p/left', 'p/right'], ['p/last']]],
    ['all', [['p/first', 'p/left', 'p/right', 'p/last']]],
  ] as const)('of %s', async ([budget, expected]) => {
    const flow = diamond();
    const applies = await applied(flow as never, { budget });
    expect(applies.map(({ ran }) => ran)).toEqual(expected);
    expect(applies.map(({ status }) => status)).toEqual([...expected.slice(1).map(() => 'running'), 'succeeded']);
    expect(applies.at(-1)?.result?.orThrow().value('p/last')).toBe(5);
    expect(applies.slice(0, -1).every(({ result }) => result === undefined)).toBe(true);
  });

  test('does not count callbacks, and lets the other conditions of one wait be asked too', async () => {
    const calls: string[] = [];
    const clock = virtualClock(0);
    const flow = createFlows({ clock }).registerFlow('x');
    flow.beforeFlow(() => void calls.push('before'));
    const p = flow.process('p');
    p.customStep(() => void calls.push('a'), 'a');
    flow.afterStep(() => void calls.push('after step'));
    p.waitFor(() => (calls.push('ask one'), false), 'one', { every: '1m' });
    p.waitFor(() => (calls.push('ask two'), false), 'two', { every: '1m' });
    let snapshot: FlowSnapshot | null = null;
    const seen: unknown[] = [];
    for (let count = 0; count < 5; count++) {
      calls.length = 0;
      const one = await flow.apply(snapshot, { budget: 'one' });
      snapshot = saved(one.snapshot);
      seen.push([[...calls], one.status, one.wakeAt]);
      await clock.advance(1);
    }
    expect(seen).toEqual([
      [['before', 'a', 'after step'], 'running', undefined],
      [['ask one'], 'running', undefined],
      [['ask two'], 'waiting', 60_001],
      [['ask one'], 'waiting', 60_002],
      [['ask two'], 'waiting', 60_003],
    ]);
  });
});

test('what stands around steps is there in every apply: keys, conditions, always steps', async () => {
  const total = key<number>('total');
  const flow = createFlows({ clock: virtualClock(0) }).registerFlow<number>('x');
  const p = flow.process('p');
  const a = p.customStep((s) => s.set(total, s.input + 1), 'a');
  const b = p.customStep((s) => s.get(total), 'b', a);
  p.customStep(() => 'never', 'c', b).when((s) => s.result(b) !== 3);
  p.always((s) => s.outcome(b).status, 'end');
  const applies = await applied(flow as never, { input: 2, budget: 'one' });
  const { result } = applies.at(-1)!;
  expect([result?.value('p/b'), result?.outcome('p/c').status, result?.value('p/end')]).toEqual([3, 'skipped', 'succeeded']);
});

test('a step that fails cancels what needs it, and the next apply repeats the two and nothing else', async () => {
  let isBroken = true;
  const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x');
  const p = flow.process('p');
  const a = p.customStep(() => { if (isBroken) throw new Error('a'); }, 'a');
  p.customStep(() => 'b', 'b', a);
  p.customStep(() => 'c', 'c');
  const first = await flow.apply(null);
  expect([first.status, first.ran, first.result?.outcome('p/b').status]).toEqual(['failed', ['p/a', 'p/c'], 'cancelled']);
  isBroken = false;
  const second = await flow.apply(saved(first.snapshot));
  expect([second.status, second.ran]).toEqual(['succeeded', ['p/a', 'p/b']]);
  const third = await flow.apply(saved(second.snapshot));
  expect([third.status, third.ran, third.result?.value('p/b'), third.snapshot]).toEqual(['succeeded', [], 'b', second.snapshot]);
});

test('an attempt that takes too long fails within the apply', async () => {
  const clock = virtualClock(0);
  const flow = createFlows({ clock }).registerFlow('x');
  flow.process('p').customStep((s) => new Promise((_, reject) => s.signal.addEventListener('abort', () => reject(s.signal.reason as Error))), 'a').stepTimeout('1m');
  const applying = flow.apply(null);
  await clock.advance('1m');
  expect((await applying).status).toBe('failed');
});

describe('a resource', () => {
  interface Lease { readonly id: string; uses: number }
  function leased(recovers: boolean) {
    const log: string[] = [];
    let made = 0;
    const lease = defineResource<Lease>({
      name: 'lease',
      initialize: () => (log.push('initialize'), { id: `lease ${++made}`, uses: 0 }),
      suspend: () => void log.push('suspend'),
      recover: () => void log.push('recover'),
      release: () => void log.push('release'),
    });
    const flow = createFlows({ clock: virtualClock(0), ...(recovers && { store: memoryStore(), resources: [lease] }) }).registerFlow('x');
    flow.steps((s) => {
      s.customStep(async (c) => { (await c.attach(lease)).entity.uses++; }, 'a');
      s.customStep((c) => c.acquire(lease)?.entity.id, 'b');
      s.customStep(async (c) => (await c.attach(lease)).entity, 'c');
    });
    return { flow, log };
  }

  test('is suspended at the end of an apply, and comes back when it is attached', async () => {
    const { flow, log } = leased(false);
    const applies = await applied(flow as never, { budget: 'one' });
    const { result } = applies.at(-1)!;
    expect([result?.value('steps/b'), result?.value('steps/c')]).toEqual([undefined, { id: 'lease 1', uses: 1 }]);
    expect(log).toEqual(['initialize', 'suspend', 'release', 'recover', 'release']);
  });

  test('that the registry knows is there from the beginning of each apply', async () => {
    const { flow, log } = leased(true);
    const applies = await applied(flow as never, { budget: 'one' });
    const { result } = applies.at(-1)!;
    expect([result?.value('steps/b'), result?.value('steps/c')]).toEqual(['lease 1', { id: 'lease 1', uses: 1 }]);
    expect(log).toEqual(['initialize', 'suspend', 'release', 'recover', 'suspend', 'release', 'recover', 'release']);
  });

  test('of a flow that is called is suspended with it', async () => {
    const log: string[] = [];
    const temp = defineResource<string>({ name: 'temp', initialize: () => 'folder', release: () => void log.push('release') });
    const flows = createFlows({ clock: virtualClock(0) });
    const inner = flows.registerFlow('inner');
    inner.steps((s) => {
      s.customStep(async (c) => (await c.attach(temp)).entity, 'a');
      s.customStep(async (c) => (await c.attach(temp)).entity, 'b');
    });
    const outer = flows.registerFlow('outer');
    outer.steps((s) => void s.call(inner, 'call', () => undefined));
    const applies = await applied(outer as never, { budget: 'one' });
    expect([applies.map(({ status }) => status), log]).toEqual([['running', 'running', 'succeeded'], ['release', 'release']]);
  });
});

describe('under a budget of one', () => {
  test('a flow that is called begins, although its input and its schema are two functions', async () => {
    const flows = createFlows({ clock: virtualClock(0) });
    const inner = flows.registerFlow<string, number>('inner', {
      input: { '~standard': { version: 1, vendor: 'test', validate: (value) => Promise.resolve({ value: Number(value) }) } },
    });
    inner.steps((s) => void s.customStep(({ input }) => input + 1, 'add'));
    const outer = flows.registerFlow('outer');
    outer.steps((s) => {
      const called = s.call(inner, 'call', () => '41');
      s.customStep((c) => c.result(called).value('steps/add'), 'read');
    });
    const applies = await applied(outer as never, { budget: 'one' });
    expect(applies.map(({ ran }) => ran)).toEqual([['steps/call'], ['steps/call/steps/add'], ['steps/read']]);
    expect(applies.at(-1)?.result?.value('steps/read')).toBe(42);
  });

  test('the items of an async iterable are all taken, each once, while others are at work', async () => {
    const taken: number[] = [];
    const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x');
    async function* numbers(from: number): AsyncIterable<number> {
      for (let item = from; item < 4; item++) {
        taken.push(item);
        yield await Promise.resolve(item);
      }
    }
    flow.steps((s) => {
      s.forEach((_, from) => numbers(from), 'each', (e) => e.customStep((c) => c.result(e.item) * 10, 'ten'), { concurrency: 2, replay: 'resume' });
    });
    const applies = await applied(flow as never, { budget: 'one' });
    expect(applies.at(-1)?.result?.value('steps/each')).toEqual([0, 10, 20, 30]);
    expect(taken).toEqual([0, 1, 2, 3]);
    expect(applies.flatMap(({ ran }) => ran).filter((path) => path.endsWith('/ten'))).toEqual([0, 1, 2, 3].map((item) => `steps/each/${item}/ten`));
  });

  test('a wait whose time is up fails, after it was asked a last time', async () => {
    const clock = virtualClock(0);
    const flow = createFlows({ clock }).registerFlow('x');
    let asked = 0;
    flow.steps((s) => s.waitFor(() => (asked++, false), 'w', { every: '1h', timeout: '90m' }));
    let snapshot: FlowSnapshot | null = null;
    const seen: unknown[] = [];
    for (let count = 0; count < 3; count++) {
      const one = await flow.apply(snapshot, { budget: 'one' });
      snapshot = saved(one.snapshot);
      seen.push([one.status, one.wakeAt]);
      if (one.wakeAt !== undefined) await clock.advance(one.wakeAt - clock.now());
    }
    expect([seen, asked]).toEqual([[['waiting', 3_600_000], ['waiting', 5_400_000], ['failed', undefined]], 3]);
  });
});
