import { anyOf, createFlows, failed, optional, settled } from 'millrace';
import { describe, expect, test } from 'vitest';

const one = (): number => 1;

describe('tiers', () => {
  //   fetch ─┬─ compile ── test ─┐
  //          └─ lint ────────────┴─ package
  test('are the longest paths, in (tier, declaration) order', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('build');
    p.customStep(one, 'package', 'test', 'lint');
    p.customStep(one, 'test', 'compile');
    p.customStep(one, 'lint', 'fetch');
    p.customStep(one, 'compile', 'fetch');
    p.customStep(one, 'fetch');
    const graph = flow.graph();
    expect(graph.tiers()).toEqual([['build/fetch'], ['build/lint', 'build/compile'], ['build/test'], ['build/package']]);
    expect([graph.size, graph.flow]).toEqual([5, 'f']);
    expect(graph.rows().map((row) => [row.tier, row.path])).toEqual([
      [0, 'build/fetch'], [1, 'build/lint'], [1, 'build/compile'], [2, 'build/test'], [3, 'build/package'],
    ]);
  });

  //   p: a ── b     q (after p): c ── d     r: e
  test('go on over processes that are ordered', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    p.customStep(one, 'a').next(one, 'b');
    flow.process('q').after(p).customStep(one, 'c').next(one, 'd');
    flow.process('r').customStep(one, 'e');
    expect(flow.graph().tiers()).toEqual([['p/a', 'r/e'], ['p/b'], ['q/c'], ['q/d']]);
  });

  test('an empty process passes its order on', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    p.customStep(one, 'a');
    const between = flow.process('between').after(p);
    flow.process('q').after(between).customStep(one, 'b');
    expect(flow.graph().tiers()).toEqual([['p/a'], ['q/b']]);
  });

  test('every kind of timing counts, also an optional one', () => {
    for (const derive of [settled, failed, anyOf, optional]) {
      const flow = createFlows().registerFlow('f');
      const p = flow.process('p');
      p.customStep(one, 'a');
      p.customStep(one, 'b', derive('a'));
      expect(flow.graph().tiers()).toEqual([['p/a'], ['p/b']]);
    }
  });

  test('groups inside groups add no tiers of their own', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    const inner = p.parallel({ a: one, b: one });
    p.customStep(one, 'c', settled(anyOf(settled(inner), 'a'), inner));
    const graph = flow.graph();
    expect(graph.tiers()).toEqual([['p/a', 'p/b'], ['p/c']]);
    expect([graph.size, graph.rows().length]).toEqual([3, 3]);
  });

  test('of a flow without steps there are none', () => {
    const flow = createFlows().registerFlow('f');
    flow.process('p');
    const graph = flow.graph();
    expect([graph.tiers(), graph.rows(), graph.size]).toEqual([[], [], 0]);
  });

  test('a group of a thousand that a thousand wait for stays cheap', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    const names = Array.from({ length: 1_000 }, (_, index) => `s${index}`);
    const first = p.parallel(Object.fromEntries(names.map((name) => [name, one])));
    const second = p.parallel(Object.fromEntries(names.map((name) => [`t${name}`, one]))).after(first);
    p.customStep(one, 'end', second, settled(first), anyOf(first, second));
    const graph = flow.graph();
    expect(graph.tiers().map((tier) => tier.length)).toEqual([1_000, 1_000, 1]);
    expect(graph.fingerprint).toMatch(/^[0-9a-f]{32}$/);
  }, 2_000);

  test('a graph is a picture of its moment and does not change', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    const a = p.customStep(one, 'a');
    const graph = flow.graph();
    const before = JSON.stringify(graph);
    p.customStep(one, 'b', a);
    a.describe('later').tag('later');
    flow.process('q').after(p);
    expect(JSON.stringify(graph)).toBe(before);
  });
});
