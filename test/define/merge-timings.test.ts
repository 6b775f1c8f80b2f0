import { anyOf, failed, optional, settled, step } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from './issues.ts';
import { add, one, pair, waits } from './merge-pair.ts';

const todo = 'take one of these timings away';

describe('merge copies timings', () => {
  //   a ─┬─ b ─┬─ settled ── d ── syncAll: end      always: last
  //      └─ c ─┘
  test('however they are written', () => {
    const { p, source } = pair();
    const work = Object.defineProperty(() => 1, 'name', { value: 'b' });
    const token = step(one, 'c');
    const a = source.customStep(one, 'a');
    const group = source.parallel(work, token).after(a);
    source.customStep(one, 'by name', 'a');
    source.customStep(one, 'by function', work);
    source.customStep(one, 'by token', token);
    source.customStep(one, 'by group', group);
    source.customStep(one, 'derived', settled(group, anyOf(a, settled('c'))), failed(a), optional(work));
    source.syncAll(one, 'end').same(one, 'end too');
    source.customStep(one, 'later');
    source.always(one, 'last too').after(source.always(one, 'last'));
    p.merge(source);
    expect(waits(p)).toEqual(waits(source));
    expect(p.flow.graph().rows().map(({ always }) => always)).toEqual(source.flow.graph().rows().map(({ always }) => always));
  });

  test('a handle and a function mean the step that they mean in the source, whatever its function is here', () => {
    const { p, source } = pair();
    const [a, b] = [step(one, 'a'), (): number => 2];
    source.parallel(a);
    source.customStep(b, 'b', a);
    source.customStep(one, 'c', b);
    p.customStep(() => 'own', 'a');
    p.customStep(() => 'own', 'b');
    p.merge(source);
    expect(waits(p)).toEqual(['a:', 'b: a', 'c: b']);
  });

  test('what names nothing yet means what it means here', () => {
    const { p, source } = pair();
    const later = (): number => 2;
    add(source, 'a', 'later');
    source.customStep(one, 'b', later);
    p.merge(source);
    source.customStep(later, 'later');
    expect(issuesOf(p.flow).map(({ code }) => code)).toEqual(['unknown-step', 'unknown-step']);
    p.customStep(later, 'later');
    expect(waits(p)).toEqual(['later:', 'a: later', 'b: later']);
  });

  test('a group stays one moment for all who wait for it', () => {
    const { p, source } = pair();
    const group = source.parallel({ a: one, b: one });
    source.customStep(one, 'c', group);
    source.customStep(one, 'd', group);
    p.merge(source);
    const same = definition();
    const copy = same.p.parallel({ a: one, b: one });
    same.p.customStep(one, 'c', copy);
    same.p.customStep(one, 'd', copy);
    expect(p.flow.graph().fingerprint).toBe(same.flow.graph().fingerprint);
  });

  test('syncAll keeps the leaves that it had in the source', () => {
    const { p, source } = pair();
    add(p, 'own');
    add(p, 'reader', 'b');
    add(source, 'a');
    add(source, 'b');
    source.syncAll(one, 'end');
    add(source, 'c');
    p.merge(source);
    p.syncAll(one, 'new end');
    expect(waits(p)).toEqual(['own:', 'a:', 'b:', 'c:', 'reader: b', 'end: a, b', 'new end: own, reader, end, c']);
  });

  test('timings of both are united, and each counts once', () => {
    const { p, source } = pair();
    const group = source.parallel({ a: one, b: one });
    source.customStep(one, 'end', group, 'a', settled(group));
    p.parallel({ a: one, own: one });
    add(p, 'end', 'own', 'a');
    p.merge(source);
    const { fingerprint } = p.flow.graph();
    p.merge(source);
    expect(waits(p)).toEqual(['a:', 'own:', 'b:', 'end: own, a, b, settled a, settled b']);
    expect(p.flow.graph().fingerprint).toBe(fingerprint);
  });

  test('problems of the source are problems here too', () => {
    const { p, source } = pair();
    const other = source.flow.process('other');
    const foreign = other.parallel({ x: one });
    source.customStep(one, 'a', 'nowhere', foreign, other.customStep(one, 'y'), wrong(7));
    add(source, 'a');
    p.merge(source);
    const codes = ['duplicate-step', 'unknown-step', 'foreign-handle', 'foreign-handle', 'invalid-timing'];
    expect(issuesOf(p.flow).map(({ code }) => code)).toEqual(codes);
    expect(issuesOf(source.flow).map(({ code }) => code)).toEqual(codes);
  });
});

describe('merge and cycles', () => {
  test('MRG-11: two orders that contradict each other are a cycle with its path', () => {
    const { flow, p, source } = pair();
    add(source, '1');
    add(source, '2', '1');
    add(p, '2');
    add(p, '1', '2');
    p.merge(source);
    expect(issuesOf(flow)).toEqual([{ code: 'cycle', message: `steps wait for one another: 2 → 1 → 2; ${todo}`, at: 'p/2' }]);
  });

  //   source: 1 ── 2 ── 3 ── 4 ── 5      here: 5 ── 1
  test('MRG-12: a long way round is a cycle too', () => {
    const { flow, p, source } = pair();
    ['1', '2', '3', '4', '5'].forEach((name, at, all) => add(source, name, ...all.slice(Math.max(0, at - 1), at)));
    add(p, '5');
    add(p, '1', '5');
    p.merge(source);
    expect(issuesOf(flow).map(({ message }) => message)).toEqual([`steps wait for one another: 5 → 1 → 2 → 3 → 4 → 5; ${todo}`]);
    expect(issuesOf(source.flow)).toEqual([]);
  });

  //   1 ── 2 ── 3      2 again by syncAll waits for the leaf 3
  test('MRG-14: syncAll over a merged step that others wait for is a cycle', () => {
    const { flow, p, source } = pair();
    ['1', '2', '3'].forEach((name, at, all) => add(source, name, ...all.slice(Math.max(0, at - 1), at)));
    p.merge(source);
    p.syncAll(one, '2');
    expect(issuesOf(flow).map(({ message }) => message)).toEqual([`steps wait for one another: 2 → 3 → 2; ${todo}`]);
  });

  test('a timing that makes a merged step wait for itself is a cycle', () => {
    const { flow, p, source } = pair();
    add(source, 'a');
    p.merge(source).step('a').after('a');
    expect(issuesOf(flow).map(({ message }) => message)).toEqual(['steps wait for one another: a → a; a step cannot wait for itself']);
  });

  test('a step that runs always and one that does not cannot be merged', () => {
    const { p, source } = pair();
    source.always(one, 'last');
    add(p, 'last');
    expect(() => p.merge(source)).toThrow(expect.objectContaining({ code: 'duplicate-step', message: expect.stringContaining('so they cannot be merged; give one of them another name') as string }));
    expect(() => source.merge(p)).toThrow(expect.objectContaining({ code: 'duplicate-step' }));
  });
});
