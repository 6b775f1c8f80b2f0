import { anyOf, createFlows, failed, optional, settled, type GraphDependency } from 'millrace';
import { describe, expect, test } from 'vitest';

const one = (): number => 1;

function setUp() {
  const flow = createFlows().registerFlow('f');
  const p = flow.process('p');
  const waits = (step: string): readonly string[] => (flow.graph().rows().find((row) => row.step === step)?.dependencies ?? []).map(shown);
  return { flow, p, waits };
}

function shown({ path, kind }: GraphDependency): string {
  return `${kind} ${path}`;
}

describe('a row', () => {
  test('has tier, path, names, description, tags and dependencies', () => {
    const { flow, p } = setUp();
    p.customStep(one, 'a').describe('Gets it').tag('io', 'slow').tag('slow');
    p.customStep(one, 'b', 'a');
    p.always(one, 'clean');
    expect(flow.graph().rows()).toEqual([
      { tier: 0, path: 'p/a', process: 'p', step: 'a', kind: 'step', always: false, description: 'Gets it', tags: ['io', 'slow', 'slow'], dependencies: [] },
      { tier: 1, path: 'p/b', process: 'p', step: 'b', kind: 'step', always: false, description: '', tags: [], dependencies: [{ path: 'p/a', kind: 'success' }] },
      { tier: 2, path: 'p/clean', process: 'p', step: 'clean', kind: 'always', always: true, description: '', tags: [], dependencies: [] },
    ]);
  });

  test('shows dependencies in declaration order, through groups, never a gate', () => {
    const { p, waits, flow } = setUp();
    const group = p.parallel({ c: one, b: one });
    p.customStep(one, 'a');
    p.customStep(one, 'end', 'a', group);
    expect(waits('end')).toEqual(['success p/a', 'success p/c', 'success p/b']);
    expect(JSON.stringify(flow.graph())).not.toMatch(/gate|@\d/);
  });

  test('says how a step is waited for', () => {
    const { p, waits } = setUp();
    const group = p.parallel({ a: one, b: one });
    const timings = {
      plain: group,
      settled: settled(group),
      failed: failed(group),
      any: anyOf('a', 'b'),
      optional: optional(group),
      nested: settled(anyOf('a', 'b')),
    };
    for (const [name, timing] of Object.entries(timings)) p.customStep(one, name, timing);
    expect(Object.fromEntries(Object.keys(timings).map((name) => [name, waits(name)]))).toEqual({
      plain: ['success p/a', 'success p/b'],
      settled: ['settled p/a', 'settled p/b'],
      failed: ['failed p/a', 'failed p/b'],
      any: ['any p/a', 'any p/b'],
      optional: ['optional p/a', 'optional p/b'],
      nested: ['settled p/a', 'settled p/b'],
    });
  });

  test('shows a step that is waited for in two ways twice', () => {
    const { p, waits } = setUp();
    const a = p.customStep(one, 'a');
    p.customStep(one, 'end', a, settled(a));
    expect(waits('end')).toEqual(['success p/a', 'settled p/a']);
  });

  test('shows the own process only, what that one is ordered after belongs to the process', () => {
    const { flow, p, waits } = setUp();
    p.customStep(one, 'a');
    flow.process('q').after(p).customStep(one, 'b');
    expect(waits('b')).toEqual([]);
    expect(flow.graph().toJSON().processes).toMatchObject([{ name: 'p', after: [] }, { name: 'q', after: ['p'] }]);
  });
});

describe('the row of an always step', () => {
  test('lists what it was ordered after, not all the others', () => {
    const { p, waits } = setUp();
    p.parallel({ a: one, b: one });
    p.always(one, 'first');
    p.always(one, 'second').after('first');
    expect([waits('first'), waits('second')]).toEqual([[], ['success p/first']]);
  });

  test('also where its process has nothing but always steps', () => {
    const { p, waits } = setUp();
    p.always(one, 'first');
    p.always(one, 'second').after('first');
    expect(waits('second')).toEqual(['success p/first']);
  });

  test('also where it waits for the end of the only other step', () => {
    const { p, waits } = setUp();
    const a = p.customStep(one, 'a');
    p.always(one, 'first');
    p.always(one, 'second').after(settled(a), 'first');
    expect(waits('second')).toContain('success p/first');
  });
});

describe('a graph as JSON', () => {
  test('is plain, and the same after a round trip', () => {
    const { flow, p } = setUp();
    p.customStep(one, 'a').describe('x').next(one, 'b');
    const document = flow.graph().toJSON();
    expect(JSON.parse(JSON.stringify(flow.graph()))).toEqual(document);
    expect(Object.keys(document)).toEqual(['flow', 'fingerprint', 'description', 'processes', 'steps']);
    expect([document.flow, document.steps.length]).toEqual(['f', 2]);
  });
});
