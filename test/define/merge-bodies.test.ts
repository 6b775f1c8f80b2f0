import { createFlows, step, type Flow, type GraphRow, type Process } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf } from './issues.ts';
import { one } from './merge-pair.ts';

const yes = (): boolean => true;

/** Two flows of one registry, with a process each: `source/s` and `f/p`. */
function pair(): { readonly flow: Flow; readonly p: Process<undefined>; readonly from: Flow; readonly source: Process<undefined> } {
  const flows = createFlows();
  const [flow, from] = [flows.registerFlow('f'), flows.registerFlow('source')];
  return { flow, p: flow.process('p'), from, source: from.process('s') };
}

/** All rows, those of bodies after the row that has them. */
function flat(rows: readonly GraphRow[]): readonly GraphRow[] {
  return rows.flatMap((row) => [row, ...(row.scopes ?? []).flatMap((scope) => flat(scope.rows))]);
}

function paths(flow: Flow): readonly string[] {
  return flat(flow.graph().rows()).map(({ path, kind }) => `${path}: ${kind}`);
}

describe('a merged composite step', () => {
  test('of every kind is what it was', () => {
    const { flow, from, p, source } = pair();
    const callee = from;
    const list = source.customStep(() => [1], 'list');
    source.waitFor(yes, 'a');
    source.waitForSignal('b');
    source.sleep(1, 'c');
    source.group((scope) => scope.customStep(one, 'x'), 'd');
    source.case(yes, 'e', (scope) => scope.customStep(one, 'x'), (scope) => scope.customStep(one, 'y'));
    source.loopUntil((scope) => scope.customStep(one, 'x'), 'f', yes);
    source.retry((scope) => scope.customStep(one, 'x'), 'g', 1);
    source.forEach(list, 'h', (each) => each.forEach(list, 'i', (inner) => inner.customStep(one, 'x')));
    source.call(callee, 'j', () => undefined);
    p.merge(source);
    expect(paths(flow)).toEqual(paths(from).map((path) => path.replaceAll('s/', 'p/')));
    expect(flow.graph().rows().find(({ step: name }) => name === 'h')?.dependencies).toEqual([{ path: 'p/list', kind: 'success' }]);
  });

  test('is a copy: what is said of a step of one body has no effect on the other', () => {
    const { flow, from, p, source } = pair();
    const inner: { x?: ReturnType<typeof p.customStep> } = {};
    source.group((scope) => void (inner.x = scope.customStep(one, 'x').describe('before')), 'g');
    const merged = p.merge(source);
    inner.x?.describe('after').tag('later');
    merged.step(inner.x!).tag('mine');
    const row = (made: Flow): GraphRow | undefined => flat(made.graph().rows()).find(({ step: name }) => name === 'x');
    expect([row(from)?.description, row(from)?.tags, row(flow)?.description, row(flow)?.tags]).toEqual(['after', ['later'], 'before', ['mine']]);
    flow.compile();
    inner.x?.stepTimeout(5);
    expect(() => merged.step(inner.x!).stepTimeout(5)).toThrow("flow 'f' is frozen");
  });

  test('keeps the timings of its bodies, also of groups, syncAll, always, restrictions and exceptions', () => {
    const { flow, from, p, source } = pair();
    const token = step(one, 'token');
    source.group((scope) => {
      const both = scope.parallel({ a: one, b: one });
      const c = scope.customStep(one, 'c', both).when(yes).skipWithDependents({ except: ['e'] });
      scope.follow(token);
      c.next(one, 'd').restrict('key', c).next(one, 'e').after(token);
      scope.syncAll(one, 'all');
      scope.customStep(one, 'after').after('all', token);
      scope.always(one, 'last').after('all');
    }, 'g');
    p.merge(source);
    const shown = (made: Flow, prefix: string): unknown => flat(made.graph().rows()).map(({ path, dependencies }) => [path, ...dependencies.map((one) => `${one.kind} ${one.path}`)].join(' ').replaceAll(prefix, ''));
    expect(shown(flow, 'p/g/')).toEqual((shown(from, 's/g/') as readonly string[]).map((line) => (line === 's/g' ? 'p/g' : line)));
  });

  test('may be merged on, and into several processes', () => {
    const { flow, p, source } = pair();
    source.case(yes, 'c', (scope) => scope.group((inner) => inner.customStep(one, 'x'), 'g'));
    p.merge(source);
    flow.process('q').merge(p);
    flow.process('r').merge(p);
    expect(paths(flow)).toEqual(['p', 'q', 'r'].flatMap((name) => [`${name}/c: case`, `${name}/c/g: group`, `${name}/c/g/x: step`]));
  });

  test('goes 150 bodies deep', () => {
    const { flow, p, source } = pair();
    const nest = (scope: Pick<typeof p, 'group' | 'customStep'>, left: number): void => {
      if (left === 0) scope.customStep(one, 'last');
      else scope.group((inner) => nest(inner, left - 1), 'g');
    };
    nest(source, 150);
    p.merge(source);
    expect(flat(flow.graph().rows()).at(-1)?.path).toBe(`p/${'g/'.repeat(150)}last`);
  });

  test('is the composite step of the target, if that has one of the name', () => {
    const { flow, p, source } = pair();
    source.group((scope) => scope.customStep(one, 'theirs'), 'g').after('a');
    source.customStep(one, 'a');
    p.group((scope) => scope.customStep(one, 'mine'), 'g');
    p.merge(source);
    expect(paths(flow)).toEqual(['p/a: step', 'p/g: group', 'p/g/mine: step']);
  });

  test('problems of its bodies are problems of both flows', () => {
    const { flow, from, p, source } = pair();
    source.group((scope) => void [scope.customStep(one, 'x', 'nothing'), scope.customStep(one, 'x')], 'g');
    p.merge(source);
    expect([from, flow].map((made) => issuesOf(made).map(({ code, at }) => `${code} ${at}`))).toEqual([
      ['duplicate-step s/g/x', 'unknown-step s/g/x'],
      ['duplicate-step p/g/x', 'unknown-step p/g/x'],
    ]);
  });

  test('takes no further steps into its bodies', () => {
    const { p, source } = pair();
    const x: { handle?: ReturnType<typeof p.customStep> } = {};
    source.group((scope) => void (x.handle = scope.customStep(one, 'x')), 'g');
    const merged = p.merge(source);
    expect(() => merged.step(x.handle!).next(one, 'y')).toThrow("the body of 'p/g' is complete");
  });
});

describe('a step of a merged body', () => {
  test('is found by its handle, also when the process is merged once more, and not by its name', () => {
    const { p, source } = pair();
    const x: { handle?: ReturnType<typeof p.customStep> } = {};
    source.loopUntil((scope) => scope.group((inner) => void (x.handle = inner.customStep(one, 'x')), 'g'), 'l', yes);
    for (const merged of [p.merge(source), p.merge(source)]) {
      expect(JSON.stringify(merged.step(x.handle!))).toBe('"p/l/g/x"');
      expect(() => merged.step('x')).toThrow("'x' is not a step that process 's' had when it was merged");
    }
    expect(JSON.stringify(p.merge(p).step(p.merge(source).step(x.handle!)))).toBe('"p/l/g/x"');
  });

  test('is not found where the target has a step of its own instead', () => {
    const { p, source } = pair();
    const x: { handle?: ReturnType<typeof p.customStep> } = {};
    source.group((scope) => void (x.handle = scope.customStep(one, 'x')), 'g');
    p.customStep(one, 'g');
    expect(() => p.merge(source).step(x.handle!)).toThrow("'x' is not a step that process 's' had when it was merged");
  });
});

describe('a merged composite step that is registered again', () => {
  test('as another step is that one, with the timings that it had', () => {
    const { flow, p, source } = pair();
    const list = source.customStep(() => [1], 'list');
    source.forEach(list, 'lines', (each) => each.customStep(one, 'x'));
    p.merge(source);
    p.customStep(() => 'mine', 'lines');
    expect(paths(flow)).toEqual(['p/list: step', 'p/lines: step']);
    expect(flow.graph().rows()[1]?.dependencies).toEqual([{ path: 'p/list', kind: 'success' }]);
    p.sleep(5, 'lines');
    expect(paths(flow)).toEqual(['p/list: step', 'p/lines: sleep']);
    p.follow(step(one, 'lines'));
    expect(paths(flow)).toEqual(['p/list: step', 'p/lines: step']);
  });

  test('is a duplicate if it was there before the merge', () => {
    const { flow, p, source } = pair();
    source.sleep(1, 'a');
    p.sleep(1, 'a');
    p.merge(source);
    p.customStep(one, 'a');
    expect(issuesOf(flow).map(({ code, at }) => [code, at])).toEqual([['duplicate-step', 'p/a']]);
  });
});

describe('a merge is refused', () => {
  test('when a step calls a flow of another registry, wherever it is, and nothing is left behind', () => {
    const { flow, p } = definition();
    const others = createFlows();
    const source = others.registerFlow('source').process('s');
    source.customStep(one, 'a');
    source.group((scope) => scope.call(others.registerFlow('billing'), 'bill', () => undefined), 'g');
    const message = "step 's/g/bill' of flow 'source' calls flow 'billing' of another registry than process 'p', which cannot merge it; merge processes of one registry";
    expect(() => p.merge(source)).toThrow(expect.objectContaining({ code: 'foreign-handle', message }));
    expect(flow.graph().size).toBe(0);
    p.customStep(one, 'g');
    p.merge(source);
    expect(paths(flow)).toEqual(['p/g: step', 'p/a: step']);
  });

  test('when a composite step and an always step have one name, and nothing is left behind', () => {
    const { flow, p, source } = pair();
    source.customStep(one, 'a');
    source.sleep(1, 'b');
    p.always(one, 'b');
    expect(() => p.merge(source)).toThrow("step 'p/b' runs always, and step 's/b' does not, so they cannot be merged; give one of them another name");
    expect(paths(flow)).toEqual(['p/b: always']);
  });
});

describe('next and same of a composite step', () => {
  test('register plain steps after it, and beside it', () => {
    const { flow, p } = definition();
    const list = p.customStep(() => [1], 'list');
    const lines = p.forEach(list, 'lines', (each) => each.customStep(one, 'x'));
    lines.next((s) => s.results.lines.length, 'count');
    lines.same(one, 'beside');
    expect(flow.graph().rows().map(({ path, kind, dependencies }) => [path, kind, ...dependencies.map((of) => of.path)])).toEqual([
      ['p/list', 'step'],
      ['p/lines', 'forEach', 'p/list'],
      ['p/beside', 'step', 'p/list'],
      ['p/count', 'step', 'p/lines'],
    ]);
  });
});
