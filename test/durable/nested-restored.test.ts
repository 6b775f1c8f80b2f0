import { describe, expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Entry } from '../../src/durable/entry.ts';
import { fold } from '../../src/durable/fold.ts';
import { jsonCodec } from '../../src/durable/json-codec.ts';
import { restoredOf } from '../../src/durable/restored-of.ts';
import { RunCodec } from '../../src/durable/run-codec.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import type { Flow } from '../../src/index.ts';
import type { Handle } from '../../src/define/handle.ts';
import { compile } from '../../src/graph/compile.ts';
import { PARKED, RUNNING, SUCCEEDED, WAITING } from '../../src/run/kernel/cells.ts';
import { Plan } from '../../src/run/plan.ts';
import type { Restored } from '../../src/run/restored.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { settle } from '../../src/testing/settle.ts';
import { cutsOf, entriesOf, storeOf } from './cuts.ts';
import { journal } from './journal.ts';

const codec = new RunCodec(jsonCodec());
const work = (): string => 'done';

/** What a run goes on with whose flow is `order` with a process `p`, and the plan. */
function restored(define: (p: ReturnType<Flow<undefined>['process']>) => unknown, ...entries: readonly Entry[]): { readonly plan: Plan; readonly past: Restored } {
  const flow = createFlows().registerFlow<undefined>('order');
  define(flow.process('p'));
  const anchor = flow.process('anchor').customStep(work, 'a') as unknown as Handle;
  const spec = anchor.spec.process.flow;
  const plan = new Plan(compile(spec, { retry: undefined, timeoutMs: undefined, processTimeoutMs: undefined }), spec);
  const [created] = journal();
  const state = fold(journal(...entries.map((entry) => [entry])));
  return { plan, past: restoredOf({ ...state, input: '[1]', createdAt: created!.at }, plan, codec) };
}

function bodyOf(plan: Plan, path: string): Plan {
  const composite = plan.template.composites![plan.nodeAt(path)!]!;
  if (!('body' in composite)) throw new Error('no body');
  return plan.ofBody(composite.body);
}

describe('what a run with composite steps goes on with', () => {
  const loop = (p: ReturnType<Flow<undefined>['process']>): unknown => p.loopUntil((l) => l.customStep(work, 'x').next(work, 'y'), 'loop', () => true);

  test('a composite step that is open is at work with the same attempt, and is no crash', () => {
    const { plan, past } = restored(loop, { t: 'started', p: 'p/loop', n: 1, x: 1 }, { t: 'iterated', p: 'p/loop', i: 4, at: 50 }, { t: 'claimed', owner: 'two', epoch: 2 });
    const node = plan.nodeAt('p/loop')!;
    expect(past.past.nodes.find((one) => one.node === node)).toMatchObject({ state: RUNNING, attempt: 1 });
    expect(past.crashes.size).toBe(0);
    expect(past.reopenings.get(node)).toMatchObject({ begun: true, end: undefined });
    expect(past.works.get(node)).toMatchObject({ since: 2000, index: 4, first: 1, at: 50, isExpanded: false });
  });

  test('a body is read by what its paths begin with, and not at all if nothing of it is recorded', () => {
    const { plan, past } = restored(
      loop,
      { t: 'started', p: 'p/loop', n: 1, x: 1 },
      { t: 'iterated', p: 'p/loop', i: 2 },
      { t: 'started', p: 'p/loop#2/x', n: 1 },
      { t: 'retrying', p: 'p/loop#2/x', n: 2, at: 99, e: '"e"' },
    );
    const body = bodyOf(plan, 'p/loop');
    expect(past.inside('p/loop#1', body)).toBeUndefined();
    const inside = past.inside('p/loop#2', body)!;
    expect(inside.past.nodes.find((one) => one.node === body.nodeAt('x')!)).toMatchObject({ state: PARKED, attempt: 2, retryAt: 99 });
    expect(inside.past.nodes.some(({ node: at }) => at === body.nodeAt('y'))).toBe(false);
    expect(inside.startedAt).toBe(4000);
    expect(inside.inside('p/loop#2/x', body)).toBeUndefined();
  });

  test('how items ended is told by their keys; those that a recovery has forgotten run again', () => {
    const before: readonly Entry[] = [
      { t: 'started', p: 'p/each', n: 1, x: 1 },
      { t: 'expanded', p: 'p/each', from: 0, keys: ['a', 'b%2F', 'c'], items: ['[1]', '[2]', '[3]'], last: true },
      { t: 'succeeded', p: 'p/each/a', v: '["A"]', x: 1 },
      { t: 'failed', p: 'p/each/b%2F', e: '["no"]', why: 'error', x: 1 },
    ];
    const each = (p: ReturnType<Flow<undefined>['process']>): unknown => p.forEach([1, 2, 3], 'each', (one) => one.customStep(work, 'x'));
    const live = restored(each, ...before);
    const node = live.plan.nodeAt('p/each')!;
    expect(live.past.works.get(node)).toMatchObject({ keys: ['a', 'b%2F', 'c'], items: [1, 2, 3], isExpanded: true });
    expect([...live.past.works.get(node)!.ends]).toEqual([['a', { status: 'succeeded', value: 'A' }], ['b%2F', { status: 'failed', error: 'no' }]]);
    const again = restored(each, ...before, { t: 'failed', p: 'p/each', e: '["no"]', why: 'error' }, { t: 'ended', s: 'failed' }, { t: 'recovered' });
    expect(again.past.past.nodes.find((one) => one.node === node)).toMatchObject({ state: WAITING });
    expect(again.past.works.get(node)).toMatchObject({ since: 8000, keys: ['a', 'b%2F', 'c'] });
    expect([...again.past.works.get(node)!.ends.keys()]).toEqual(['a']);
  });

  test('a composite step that succeeded has its value, and is not at work', () => {
    const { plan, past } = restored(loop, { t: 'started', p: 'p/loop', n: 1, x: 1 }, { t: 'succeeded', p: 'p/loop', v: '["v"]', x: 1 });
    expect(past.past.nodes.find((one) => one.node === plan.nodeAt('p/loop')!)).toMatchObject({ state: SUCCEEDED, value: 'v' });
    expect(past.works.size).toBe(0);
  });
});

test('conditions of a composite step and callbacks before it are asked again only if it is not recorded that they were through', async () => {
  const store = memoryStore();
  const calls: string[] = [];
  const registry = (life: number, of: Store): DurableFlows => {
    const flows = createFlows({ store: of, owner: `owner ${life}` });
    const p = flows.registerFlow<undefined>('order').process('p');
    p.waitForSignal('go').when(() => calls.push(`asked ${life}`) > 0).beforeStep(() => void calls.push(`before ${life}`));
    return flows;
  };
  const first = registry(1, store);
  first.get('order')!.start(undefined, { runId: 'r' });
  await settle();
  await first.close({ grace: 0 });
  const { rows } = (await store.load('r'))!;
  const cuts = cutsOf(rows).filter(({ facts }) => entriesOf(facts).some(({ t }) => t === 'started'));
  expect(cuts.map(({ facts }) => entriesOf(facts).at(-1)!.t)).toEqual(['started', 'opened']);
  for (const [place, cut] of cuts.entries()) {
    const later = registry(place + 2, await storeOf('r', cut.rows));
    await later.resume('r');
    await settle();
    await later.close({ grace: 0 });
  }
  expect(calls).toEqual(['asked 1', 'before 1', 'asked 2', 'before 2']);
});
