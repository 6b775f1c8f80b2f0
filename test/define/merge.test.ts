import { createFlows, step } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from './issues.ts';
import { add, one, pair, waits } from './merge-pair.ts';

describe('a merged step that is registered again', () => {
  test('gets further timings by every way to register it, as often as you like', () => {
    const { p, source } = pair();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) add(source, name);
    p.merge(source);
    p.customStep(one, 'b', 'a').next(one, 'c').same(one, 'd');
    p.follow(step(one, 'd'), step(one, 'e'));
    p.parallel({ e: one, own: one }).after('a');
    p.syncAll(one, 'f');
    p.parallel(step(one, 'f'));
    expect(waits(p)).toEqual(['a:', 'b: a', 'own: a', 'c: b', 'd: b', 'e: d, a', 'f: c, e, own']);
  });

  test('keeps what is not said again', () => {
    const { p, source } = pair();
    source.customStep(one, 'a').describe('the first').tag('x');
    source.customStep(one, 'b').describe('the second').tag('y').after('a');
    add(source, 'c');
    p.merge(source);
    p.customStep(one, 'b', 'c').tag('z');
    p.syncAll(one, 'end');
    p.customStep(one, 'a');
    const rows = new Map(p.flow.graph().rows().map((row) => [row.step, row]));
    expect([...rows.keys()]).toEqual(['a', 'c', 'b', 'end']);
    expect(rows.get('b')).toMatchObject({ description: 'the second', tags: ['y', 'z'], dependencies: [{ path: 'p/a' }, { path: 'p/c' }] });
  });

  test('a step that was there before the merge is a duplicate still', () => {
    const { flow, p, source } = pair();
    add(source, 'a');
    add(p, 'a');
    p.merge(source);
    add(p, 'a');
    expect(issuesOf(flow).map(({ code, at }) => [code, at])).toEqual([['duplicate-step', 'p/a']]);
  });

  test('an always step is registered again by always, and no other step is', () => {
    const { flow, p, source } = pair();
    source.always(one, 'last');
    add(source, 'a');
    p.merge(source);
    p.always(() => 2, 'last');
    expect(flow.graph().rows().map(({ step: name, always }) => [name, always])).toEqual([['a', false], ['last', true]]);
    p.always(one, 'a');
    add(p, 'last');
    expect(issuesOf(flow).map(({ code, at }) => [code, at])).toEqual([['duplicate-step', 'p/a'], ['duplicate-step', 'p/last']]);
  });

  test('by same of itself waits as before, by syncAll for the others, by same of a later syncAll for itself', () => {
    const { p, source } = pair();
    add(source, 'a');
    add(source, 'b', 'a');
    add(source, 'c');
    const b = p.merge(source).step('b');
    b.same(one, 'b');
    p.syncAll(one, 'b');
    p.syncAll(one, 'b');
    expect(waits(p)).toEqual(['a:', 'c:', 'b: a, c']);
    p.syncAll(one, 'end').same(one, 'c');
    expect(issuesOf(p.flow).map(({ message }) => message.split(';')[0])).toEqual(['steps wait for one another: b → c → b']);
  });
});

describe('NEW-22: D10: the source', () => {
  test('does not change, whatever is done to the copy', () => {
    const { p, source } = pair();
    const a = source.customStep(one, 'a').tag('x');
    source.customStep(one, 'b', 'a');
    const before = JSON.stringify(source.flow.graph());
    const merged = p.merge(source);
    merged.step(a).after(p.customStep(one, 'own')).tag('y').describe('changed').stepRetry(4).stepTimeout('1s');
    p.customStep(() => 2, 'b', 'own');
    p.stepRetry(1);
    expect(JSON.stringify(source.flow.graph())).toBe(before);
    expect(source.flow.explain(a)).toMatchObject({ stepRetry: { level: 'default' }, stepTimeout: { level: 'default' } });
  });

  test('is copied as it is at the call', () => {
    const { p, source } = pair();
    const a = source.customStep(one, 'a').stepRetry(1).tag('x');
    p.merge(source);
    a.stepRetry(2).tag('y').describe('later').after('b');
    add(source, 'b');
    expect(p.flow.graph().rows()).toEqual([expect.objectContaining({ step: 'a', tags: ['x'], description: '', dependencies: [] })]);
    expect(p.flow.explain('a').stepRetry.value?.retries).toBe(1);
  });

  test('may be frozen, be of the same flow, and go on its own way', () => {
    const { flow, p, source } = pair();
    add(source, 'a');
    source.flow.compile();
    p.merge(source);
    const copy = flow.process('copy');
    copy.merge(p);
    add(p, 'b');
    expect(flow.graph().rows().map(({ path }) => path)).toEqual(['p/a', 'copy/a', 'p/b']);
  });

  test('order, limits, settings and description of its process stay behind', () => {
    const { flow, p, source } = pair();
    add(source, 'a');
    source.describe('source').concurrency(2).stepRetry(3).stepTimeout('1s').processTimeout('1m').after(source.flow.process('before'));
    source.flow.stepRetry(5).concurrency(1);
    p.merge(source);
    const unsaid = { value: undefined, level: 'default', from: '' };
    const [stepRetry, stepTimeout, processTimeout, processConcurrency, flowConcurrency] = [unsaid, unsaid, unsaid, unsaid, unsaid];
    expect(flow.explain('a')).toMatchObject({ stepRetry, stepTimeout, processTimeout, processConcurrency, flowConcurrency });
    expect(flow.graph().toJSON().processes).toEqual([{ name: 'p', description: '', after: [] }]);
  });
});

describe('what merge takes and returns', () => {
  test('a process that merges itself stays as it is', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a');
    const before = flow.graph().fingerprint;
    expect(p.merge(p).step(a).name).toBe('a');
    expect(flow.graph().fingerprint).toBe(before);
    add(p, 'a');
    expect(issuesOf(flow).map(({ code }) => code)).toEqual(['duplicate-step']);
  });

  test('a frozen flow merges nothing', () => {
    const { flow, p, source } = pair();
    flow.compile();
    for (const given of [source, p]) expect(() => p.merge(given)).toThrow(expect.objectContaining({ code: 'frozen' }));
  });

  test.for<[unknown, string]>([
    [undefined, 'undefined'],
    ['other', "'other'"],
    [{}, 'an object'],
    [createFlows().registerFlow('f'), "flow 'f'"],
  ])('what is not a process is refused', ([given, shown]) => {
    const { flow, p } = definition();
    expect(() => p.merge(wrong(given))).toThrow(expect.objectContaining({ name: 'InvalidOptionError', code: 'invalid-option', message: `process 'p' cannot merge ${shown}; give a process` }));
    expect(flow.graph().size).toBe(0);
  });

  test('handles of the copies are found by name, handle, token and function of the source', () => {
    const { p, source } = pair();
    const [work, token] = [(): number => 1, step(one, 'c')];
    const a = source.customStep(work, 'a');
    source.parallel(token);
    const merged = p.merge(source);
    p.customStep(one, 'd', merged.step('a'), merged.step(a), merged.step(work), merged.step(token));
    expect(waits(p)).toEqual(['a:', 'c:', 'd: a, c']);
  });

  test('a step that the source did not have is refused', () => {
    const { p, source } = pair();
    const twice = (): number => 1;
    source.customStep(twice, 'check');
    source.customStep(twice, 'check2');
    const merged = p.merge(source);
    const late = source.customStep(one, 'late');
    const refused = (code: string, message: string): unknown => expect.objectContaining({ code, message });
    const unknown = (what: string, hint: string): unknown => refused('unknown-step', `${what} is not a step that process 's' had when it was merged; ${hint}`);
    const otherwise = 'give a step that it had at that moment';
    expect(() => merged.step('chekc')).toThrow(unknown("'chekc'", "did you mean 'check'?"));
    expect(() => merged.step(late)).toThrow(unknown("'late'", otherwise));
    expect(() => merged.step(p.customStep(one, 'own'))).toThrow(unknown("'own'", otherwise));
    expect(() => merged.step(step(twice, 'check3'))).toThrow(unknown("'check3'", otherwise));
    expect(() => merged.step(wrong(7))).toThrow(unknown('7', otherwise));
    expect(() => merged.step(twice)).toThrow(refused('ambiguous-step', "function 'twice' could be 's/check' or 's/check2'; give the name or the handle"));
  });
});
