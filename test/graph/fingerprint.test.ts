import { anyOf, createFlows, failed, optional, settled, step, type Flow, type Process } from 'millrace';
import { describe, expect, test } from 'vitest';

const one = (): number => 1;

function fingerprintOf(define: (p: Process<undefined>, flow: Flow) => unknown, name = 'f'): string {
  const flow = createFlows().registerFlow(name);
  define(flow.process('p'), flow);
  return flow.graph().fingerprint;
}

const base = fingerprintOf((p, flow) => {
  const group = p.parallel({ a: one, b: one });
  p.customStep(one, 'c', group, anyOf('a', 'b'));
  flow.process('q').after(p).customStep(one, 'd');
});

describe('the fingerprint stays', () => {
  test.for<[string, Parameters<typeof fingerprintOf>[0]]>([
    ['in another order of declaration', (p, flow) => {
      const q = flow.process('q').after(p);
      q.customStep(one, 'd');
      const c = p.customStep(one, 'c', anyOf('b', 'a'));
      c.after(p.parallel({ b: one, a: one }));
    }],
    ['with other functions, descriptions, tags, retries, timeouts and limits', (p, flow) => {
      const group = p.parallel({ a: () => 2, b: () => 3 });
      p.customStep(() => 4, 'c', group, anyOf('a', 'b')).describe('text').tag('tag').stepRetry(3).stepTimeout('1s');
      p.concurrency(1).stepRetry(1).stepTimeout(1).processTimeout(1).describe('text');
      flow.concurrency(1).flowTimeout(1).describe('text').process('q').after(p).customStep(() => 5, 'd');
    }],
    ['when the same steps are written in another way', (p, flow) => {
      const [a, b] = [step(one, 'a'), step(one, 'b')];
      const group = p.parallel(a, b);
      p.customStep(one, 'c', anyOf(group.steps[0], b)).after(group).after(group);
      flow.process('q').after(p).after(p).customStep(one, 'd');
    }],
  ])('%s', ([, define]) => {
    expect(fingerprintOf(define)).toBe(base);
  });

  test('a group of one is its member, and syncAll is what it waits for', () => {
    const single = fingerprintOf((p) => p.customStep(one, 'b', p.customStep(one, 'a')));
    expect(fingerprintOf((p) => p.customStep(one, 'b', p.parallel({ a: one })))).toBe(single);
    expect(fingerprintOf((p) => p.customStep(one, 'a') && p.syncAll(one, 'b'))).toBe(single);
    expect(fingerprintOf((p) => p.follow(step(one, 'a'), step(one, 'b')))).toBe(single);
  });
});

describe('the fingerprint changes', () => {
  const variants: Readonly<Record<string, Parameters<typeof fingerprintOf>[0]>> = {
    'a alone': (p) => p.customStep(one, 'a'),
    'two that do not wait': (p) => p.parallel({ a: one, b: one }),
    'b waits for a': (p) => p.customStep(one, 'b', p.customStep(one, 'a')),
    'a waits for b': (p) => p.customStep(one, 'a', p.customStep(one, 'b')),
    'b waits for the end of a': (p) => p.customStep(one, 'b', settled(p.customStep(one, 'a'))),
    'b waits for the failure of a': (p) => p.customStep(one, 'b', failed(p.customStep(one, 'a'))),
    'b reads a optionally': (p) => p.customStep(one, 'b', optional(p.customStep(one, 'a'))),
    'b is always': (p) => p.customStep(one, 'a') && p.always(one, 'b'),
    'another name': (p) => p.customStep(one, 'B', p.customStep(one, 'a')),
    'c waits for both': (p) => p.parallel({ a: one, b: one }) && p.customStep(one, 'c', 'a', 'b'),
    'c waits for the group of both': (p) => p.customStep(one, 'c', p.parallel({ a: one, b: one })),
    'c waits for any': (p) => p.parallel({ a: one, b: one }) && p.customStep(one, 'c', anyOf('a', 'b')),
    'c waits for the end of any': (p) => p.parallel({ a: one, b: one }) && p.customStep(one, 'c', settled(anyOf('a', 'b'))),
    'c waits for the end of both': (p) => p.parallel({ a: one, b: one }) && p.customStep(one, 'c', settled('a', 'b')),
    'another process': (p, flow) => p.customStep(one, 'a') && flow.process('q').customStep(one, 'b'),
    'another process after the first': (p, flow) => p.customStep(one, 'a') && flow.process('q').after(p).customStep(one, 'b'),
    'an empty process': (p, flow) => p.customStep(one, 'a') && flow.process('q'),
  };

  test('with every name, kind, edge and order', () => {
    const seen = new Map<string, string>();
    for (const [name, define] of Object.entries(variants)) {
      const print = fingerprintOf(define);
      expect([name, seen.get(print)]).toEqual([name, undefined]);
      seen.set(print, name);
    }
    expect(seen.size).toBe(Object.keys(variants).length);
  });

  test('but is the same in every process of the machine: it is pinned here', () => {
    expect(fingerprintOf(variants['b waits for a']!)).toMatchInlineSnapshot('"e510a4ab1c3047daa186f76af43ef525"');
  });
});
