import { createFlows, settled, type FlowGraph, type Flows, type Flow } from 'millrace';
import { describe, expect, test } from 'vitest';
import { recorded } from './bench.ts';
import { kinds, logBench, must } from './callback-log.ts';

/** Two ordered processes and one beside them, with steps of all kinds. */
function make(): { readonly flows: Flows; readonly flow: Flow } {
  const flows = createFlows();
  const flow = flows.registerFlow('f');
  const [p, q, r] = [flow.process('p'), flow.process('q'), flow.process('r')];
  const a = p.customStep(() => 1, 'a');
  p.customStep(() => 1, 'b', settled(a));
  p.syncAll(() => 1, 'c');
  p.always(() => 1, 'end');
  q.after(p).customStep(() => 1, 'a');
  r.parallel({ x: () => 1, y: () => 1 });
  return { flows, flow };
}

function withAll({ flows, flow }: ReturnType<typeof make>): Flow {
  for (const kind of kinds) {
    flows[kind](() => undefined, must);
    flow[kind](() => undefined);
  }
  flows.records({ flow: { insert: () => 1 }, process: { insert: () => 1 }, step: { insert: () => 1 } });
  return flow;
}

const views = (graph: FlowGraph): unknown => [
  graph.fingerprint, graph.size, graph.tiers(), graph.rows(), graph.toTable(), graph.toMermaid(), graph.toDot(), graph.toJSON(),
];

describe('callbacks and records in the views', () => {
  test('the graph and its fingerprint do not depend on them, open or frozen', () => {
    expect(views(withAll(make()).graph())).toEqual(views(make().flow.graph()));
    expect(views(withAll(make()).compile())).toEqual(views(make().flow.compile()));
  });

  test('the steps and the timeline of a result show steps alone, in graph order', async () => {
    const [plain, full] = [await make().flow.run(), await withAll(make()).run()];
    expect([...full.steps]).toEqual([...plain.steps]);
    expect(full.timeline.map(({ path }) => path).sort()).toEqual(plain.timeline.map(({ path }) => path).sort());
    const moments = full.timeline.flatMap(({ start, end }) => [start, end]).sort((one, other) => one - other);
    expect(moments).toEqual(moments.map((_, at) => at));
    expect(['p', 'q', 'r'].map((name) => [...full.process(name).steps.keys()])).toEqual(['p', 'q', 'r'].map((name) => [...plain.process(name).steps.keys()]));
  });

  test('events are about steps, processes and the run alone', async () => {
    const run = withAll(make()).start();
    const events = recorded(run);
    await run.done;
    expect(events.filter((event) => JSON.stringify(event).includes('@'))).toEqual([]);
    expect(events.filter(({ type }) => type === 'process-ended')).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'step-ended')).toHaveLength(7);
  });

  test('generated nodes cannot be asked for by name', async () => {
    const { flow, p, note } = logBench();
    p.customStep(() => 1, 'a');
    p.beforeProcess(note('before'));
    const result = await flow.run();
    for (const name of ['@before', 'p/@before', 'p/@after']) expect(() => result.outcome(name)).toThrow(expect.objectContaining({ code: 'unknown-step' }));
    expect(() => p.customStep(() => 1, '@before' as never)).toThrow();
  });

  test('in a flow with one process an explanation names the callback node with its process', async () => {
    const { flow, p, note } = logBench();
    p.customStep(() => 1, 'a').next(() => 1, 'b');
    p.beforeProcess(note('before', new Error('no space left')), must);
    const result = await flow.run();
    expect(result.explain('b')).toBe("b: cancelled ← a: cancelled ← p/@before: failed: callback 1 of beforeProcess at level 'process' failed for 'p': no space left");
    expect(result.outcome('a')).toEqual({ status: 'cancelled', because: [{ path: 'p/@before', status: 'failed' }] });
  });

  test('a flow without callbacks and records has none of it', () => {
    const { flow, flows } = make();
    flows.beforeStep(() => undefined, { onlyFor: 'nobody' });
    expect(flow.compile().size).toBe(7);
  });
});
