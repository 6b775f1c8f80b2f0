import { anyOf, createFlows, failed, optional, settled } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf } from './issues.ts';

const one = (): number => 1;
const todo = 'take one of these timings away';

describe('steps that wait for one another', () => {
  //   a ── b ── c ── a
  test('NEW-01 a cycle through a late after is an error with its full path', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a');
    const c = a.next(one, 'b').next(one, 'c');
    a.after(c);
    expect(issuesOf(flow)).toEqual([{ code: 'cycle', message: `steps wait for one another: a → b → c → a; ${todo}`, at: 'p/a' }]);
  });

  test('NEW-01 a chain that waits for its own end is a cycle', () => {
    const { flow, p } = definition();
    const [a, b] = [() => 1, () => 2];
    p.follow(Object.defineProperty(a, 'name', { value: 'a' }), Object.defineProperty(b, 'name', { value: 'b' })).after('b');
    expect(issuesOf(flow)).toEqual([{ code: 'cycle', message: `steps wait for one another: a → b → a; ${todo}`, at: 'p/a' }]);
  });

  test('NEW-02 a step that waits for itself', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a', 'a');
    const b = p.customStep(one, 'b');
    b.after(b);
    expect(issuesOf(flow)).toEqual([
      { code: 'cycle', message: 'steps wait for one another: a → a; a step cannot wait for itself', at: 'p/a' },
      { code: 'cycle', message: 'steps wait for one another: b → b; a step cannot wait for itself', at: 'p/b' },
    ]);
  });

  test('NEW-02 a group that waits for itself', () => {
    const { flow, p } = definition();
    const group = p.parallel({ a: one, b: one });
    group.after(group);
    expect(issuesOf(flow).map(({ code, message }) => [code, message.split(';')[0]])).toEqual([['cycle', 'steps wait for one another: a → a']]);
  });

  test('two cycles are two problems, and what waits for them is none', () => {
    const { flow, p } = definition();
    p.customStep(one, 'before');
    p.customStep(one, 'a', 'b', 'before');
    p.customStep(one, 'b', 'a');
    p.customStep(one, 'after', 'a', 'd');
    p.customStep(one, 'c', 'd');
    p.customStep(one, 'd', 'c');
    expect(issuesOf(flow).map(({ message }) => message)).toEqual([
      `steps wait for one another: a → b → a; ${todo}`,
      `steps wait for one another: c → d → c; ${todo}`,
    ]);
  });

  test('the text is the same whatever step of the cycle is registered first', () => {
    const texts = [['a', 'b', 'c'], ['b', 'c', 'a'], ['c', 'b', 'a']].map((order) => {
      const { flow, p } = definition();
      for (const name of order) p.customStep(one, name, { a: 'c', b: 'a', c: 'b' }[name] ?? '');
      return issuesOf(flow)[0]?.message.split(';')[0]?.split(': ')[1];
    });
    expect(texts).toEqual(['a → b → c → a', 'b → c → a → b', 'c → a → b → c']);
  });

  test.for([settled, failed, anyOf, optional])('%o counts for cycles', (derive) => {
    const { flow, p } = definition();
    p.customStep(one, 'a', derive('b'));
    p.customStep(one, 'b', 'a');
    expect(issuesOf(flow).map(({ code, message }) => [code, message.split(';')[0]])).toEqual([['cycle', 'steps wait for one another: a → b → a']]);
  });

  test('a cycle goes through a group without showing it', () => {
    const { flow, p } = definition();
    const group = p.parallel({ b: one, c: one });
    const a = p.customStep(one, 'a', group);
    group.steps.c.after(a);
    expect(issuesOf(flow).map(({ message }) => message)).toEqual([`steps wait for one another: c → a → c; ${todo}`]);
  });
});

describe('processes that wait for one another', () => {
  test('the path names the processes', () => {
    const flow = createFlows().registerFlow('f');
    const [p, q] = [flow.process('p'), flow.process('q')];
    p.customStep(one, 'a');
    q.customStep(one, 'b');
    p.after(q);
    q.after(p);
    expect(issuesOf(flow)).toEqual([
      { code: 'cycle', message: "processes wait for one another: process 'p' → process 'q' → process 'p'; take one of these orders away", at: 'p' },
    ]);
  });

  test('a process after itself is said to be one', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a');
    p.customStep(one, 'b');
    const problem = (): readonly string[] => {
      p.after(p);
      return issuesOf(flow).map(({ code, message }) => `${code}: ${message}`);
    };
    expect(problem()).toEqual([expect.stringMatching(/^cycle: .*process 'p'/)]);
  });

  test('also empty ones, although no step shows it', () => {
    const flow = createFlows().registerFlow('f');
    const [p, q] = [flow.process('p'), flow.process('q')];
    p.after(q);
    q.after(p);
    expect(issuesOf(flow).map(({ code }) => code)).toEqual(['cycle']);
  });

  test('an order through a third is no cycle', () => {
    const flow = createFlows().registerFlow('f');
    const [p, q, r] = [flow.process('p'), flow.process('q'), flow.process('r')];
    for (const process of [p, q, r]) process.customStep(one, 'a');
    r.after(p, q);
    q.after(p);
    expect(flow.graph().tiers()).toEqual([['p/a'], ['q/a'], ['r/a']]);
  });
});
