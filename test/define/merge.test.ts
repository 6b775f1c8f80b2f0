import { anyOf, createFlows, failed, optional, settled, step, type Flow, type Process } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from './issues.ts';

const one = (): number => 1;
const todo = 'take one of these timings away';

/** Two processes of two registries: `source/s` and `f/p`. */
function pair(): { readonly flow: Flow; readonly p: Process<undefined>; readonly source: Process<undefined> } {
  return { ...definition(), source: createFlows().registerFlow('source').process('s') };
}

function add(process: Process<undefined>, name: string, ...timings: readonly string[]): void {
  process.customStep(one, name, ...timings);
}

/** What each step waits for: `c: a, settled b`. */
function waits({ flow }: Process<undefined>): readonly string[] {
  return flow.graph().rows().map(({ step: name, dependencies }) => {
    const shown = dependencies.map(({ kind, path }) => `${kind === 'success' ? '' : `${kind} `}${path.slice(path.indexOf('/') + 1)}`);
    return [name, shown.join(', ')].join(': ').trimEnd();
  });
}

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
    [createFlows().registerFlow('f'), 'an object'],
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
