import { createFlows, type Flow, type FlowGraph, type GraphRow } from 'millrace';
import { describe, expect, test } from 'vitest';

const one = (): number => 1;
const yes = (): boolean => true;

//   list ─ lines (forEach: pack ─ again (retry: label)) ─ pick (case: a | b ─ clean)      approve (signal)
//          cool (sleep) ─ poll (waitFor)                                                  bill (call of billing)
function fulfil(): Flow {
  const flows = createFlows();
  const billing = flows.registerFlow('billing');
  const flow = flows.registerFlow('fulfil');
  const p = flow.process('p');
  const list = p.customStep(() => [1, 2], 'list');
  const lines = p.forEach(list, 'lines', (each) => {
    const pack = each.customStep(one, 'pack').describe('Puts it | in "a" <box>');
    return each.retry((again) => again.customStep(one, 'label'), 'again', 3).after(pack);
  }).describe('Each line');
  p.case(yes, 'pick', (arm) => arm.customStep(one, 'a'), (arm) => {
    arm.customStep(one, 'b');
    arm.always(one, 'clean');
  }).after(lines);
  p.sleep('1d', 'cool');
  p.waitFor(yes, 'poll', undefined, 'cool');
  p.waitForSignal('approve');
  p.call(billing, 'bill', () => undefined);
  return flow;
}

/** All rows, those of bodies after the row that has them. */
function flat(rows: readonly GraphRow[]): readonly GraphRow[] {
  return rows.flatMap((row) => [row, ...(row.scopes ?? []).flatMap((scope) => flat(scope.rows))]);
}

function nested(depth: number): FlowGraph {
  const flow = createFlows().registerFlow('f');
  const p = flow.process('p');
  const nest = (scope: Pick<typeof p, 'group' | 'customStep'>, left: number): void => {
    scope.customStep(one, 'a').next(one, 'b');
    if (left > 0) scope.group((inner) => nest(inner, left - 1), 'g').after('b');
  };
  nest(p, depth);
  return flow.compile();
}

describe('rows', () => {
  test('say what each step is, and hold the bodies of composite steps', () => {
    const rows = flat(fulfil().graph().rows());
    expect(rows.map(({ path, kind, tier, process, step }) => [path, kind, tier, process, step])).toEqual([
      ['p/list', 'step', 0, 'p', 'list'],
      ['p/cool', 'sleep', 0, 'p', 'cool'],
      ['p/approve', 'signal', 0, 'p', 'approve'],
      ['p/bill', 'call', 0, 'p', 'bill'],
      ['p/lines', 'forEach', 1, 'p', 'lines'],
      ['p/lines/pack', 'step', 0, 'p', 'pack'],
      ['p/lines/again', 'retry', 1, 'p', 'again'],
      ['p/lines/again/label', 'step', 0, 'p', 'label'],
      ['p/poll', 'waitFor', 1, 'p', 'poll'],
      ['p/pick', 'case', 2, 'p', 'pick'],
      ['p/pick/a', 'step', 0, 'p', 'a'],
      ['p/pick#otherwise/b', 'step', 0, 'p', 'b'],
      ['p/pick#otherwise/clean', 'always', 1, 'p', 'clean'],
    ]);
  });

  test('show dependencies by their whole paths, the bodies by name, and which flow is called', () => {
    const rows = fulfil().graph().rows();
    const of = (path: string): GraphRow | undefined => flat(rows).find((row) => row.path === path);
    expect(of('p/lines')?.dependencies).toEqual([{ path: 'p/list', kind: 'success' }]);
    expect(of('p/lines/again')?.dependencies).toEqual([{ path: 'p/lines/pack', kind: 'success' }]);
    expect(of('p/pick')?.scopes?.map(({ name }) => name)).toEqual(['body', 'otherwise']);
    expect(of('p/lines')?.scopes?.map(({ name }) => name)).toEqual(['body']);
    expect([of('p/bill')?.calls, of('p/list')]).toEqual(['billing', expect.not.objectContaining({ scopes: expect.anything() as unknown })]);
  });

  test('of loops and groups have their kind', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    p.loopUntil(() => undefined, 'loop', yes);
    p.group(() => undefined, 'group');
    expect(flow.graph().rows().map(({ kind, scopes }) => [kind, scopes])).toEqual([['loop', [{ name: 'body', rows: [] }]], ['group', [{ name: 'body', rows: [] }]]]);
  });

  test('are frozen, and the same at the second call', () => {
    const graph = fulfil().graph();
    expect(graph.rows()).toBe(graph.rows());
    const scope = graph.rows().find(({ kind }) => kind === 'forEach')?.scopes?.[0];
    expect([Object.isFrozen(scope), Object.isFrozen(scope?.rows), Object.isFrozen(scope?.rows[0])]).toEqual([true, true, true]);
  });

  test('of the outermost scope alone count in size and tiers', () => {
    const graph = fulfil().graph();
    expect([graph.size, graph.tiers()]).toEqual([7, [['p/list', 'p/cool', 'p/approve', 'p/bill'], ['p/lines', 'p/poll'], ['p/pick']]]);
  });

  test('and everything else go as deep as the definition does', () => {
    const graph = nested(150);
    const last = flat(graph.rows()).at(-1);
    expect([last?.path, flat(graph.rows()).length]).toEqual([`p/${'g/'.repeat(150)}b`, 452]);
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph.toJSON());
    expect(graph.toTable().split('\n')).toHaveLength(454);
    expect(graph.toMermaid().split('\n').filter((line) => line.trim() === 'end')).toHaveLength(151);
    expect(graph.toDot()).toContain(`p/${'g/'.repeat(150)}b`);
  });
});

describe('a fingerprint', () => {
  const of = (define: (flow: Flow) => unknown): string => {
    const flow = createFlows().registerFlow('f');
    define(flow);
    return flow.graph().fingerprint;
  };
  const body = (name: string) => (flow: Flow) => flow.process('p').group((scope) => scope.customStep(one, name), 'g');

  test('is about what bodies hold', () => {
    expect(of(body('a'))).toBe(of(body('a')));
    expect(of(body('a'))).not.toBe(of(body('b')));
  });

  test('is about what a composite step is, and how deep a step is', () => {
    const loop = (flow: Flow): unknown => flow.process('p').loopUntil((scope) => scope.customStep(one, 'a'), 'g', yes);
    const deep = (flow: Flow): unknown => flow.process('p').group((scope) => scope.group((inner) => inner.customStep(one, 'a'), 'g'), 'g');
    const side = (flow: Flow): unknown => flow.process('p').parallel({ g: one, a: one });
    expect(new Set([of(body('a')), of(loop), of(deep), of(side)]).size).toBe(4);
  });

  test('is not about the order of declaration, or about options', () => {
    const define = (names: readonly string[], every: number) => (flow: Flow) => {
      flow.process('p').loopUntil((scope) => { for (const name of names) scope.customStep(one, name); }, 'g', yes, { every });
    };
    expect(of(define(['a', 'b'], 1))).toBe(of(define(['b', 'a'], 2)));
  });
});

describe('a table with composite steps', () => {
  test('has a column for the kind, and the steps of a body after its step', () => {
    expect(fulfil().graph().toTable().split('\n')).toEqual([
      '| Tier  | Step                 | Kind         | Description             | Dependencies |',
      '| ----- | -------------------- | ------------ | ----------------------- | ------------ |',
      '| 0     | list                 | step         |                         |              |',
      '| 0     | cool                 | sleep        |                         |              |',
      '| 0     | approve              | signal       |                         |              |',
      '| 0     | bill                 | call billing |                         |              |',
      '| 1     | lines                | forEach      | Each line               | list         |',
      '| 1.0   | lines/pack           | step         | Puts it \\| in "a" <box> |              |',
      '| 1.1   | lines/again          | retry        |                         | lines/pack   |',
      '| 1.1.0 | lines/again/label    | step         |                         |              |',
      '| 1     | poll                 | waitFor      |                         | cool         |',
      '| 2     | pick                 | case         |                         | lines        |',
      '| 2.0   | pick/a               | step         |                         |              |',
      '| 2.0   | pick#otherwise/b     | step         |                         |              |',
      '| 2.1   | pick#otherwise/clean | always       |                         | all others   |',
    ]);
  });

  test('says the order of processes at their first steps, not inside of these', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    p.customStep(one, 'a');
    flow.process('q').after(p).group((scope) => scope.customStep(one, 'b'), 'g');
    expect(flow.graph().toTable().split('\n').slice(3)).toEqual([
      '| 1    | q/g   | group |             | process p    |',
      '| 1.0  | q/g/b | step  |             |              |',
    ]);
  });
});

describe('a drawing with composite steps', () => {
  test('by Mermaid has a subgraph for each body, and shapes for what waits and what calls', () => {
    expect(fulfil().graph().toMermaid().split('\n')).toEqual([
      'flowchart TD',
      '  subgraph p0["p"]',
      '    s0["list"]',
      '    s1{{"cool (sleep)"}}',
      '    s2{{"approve (signal)"}}',
      '    s3[["bill (call billing)"]]',
      '    subgraph s4["lines (forEach)<br/>Each line"]',
      '      s4b0["pack<br/>Puts it | in &quot;a&quot; &lt;box&gt;"]',
      '      subgraph s4b1["again (retry)"]',
      '        s4b1b0["label"]',
      '      end',
      '    end',
      '    s5{{"poll (waitFor)"}}',
      '    subgraph s6["pick (case)"]',
      '      subgraph s6b["body"]',
      '        s6b0["a"]',
      '      end',
      '      subgraph s6o["otherwise"]',
      '        s6o0["b"]',
      '        s6o1(["clean"])',
      '      end',
      '    end',
      '  end',
      '  s6o0 -. all .-> s6o1',
      '  s0 --> s4',
      '  s1 --> s5',
      '  s4 --> s6',
      '  s4b0 --> s4b1',
    ]);
  });

  test('by Graphviz has a cluster for each body, to which arrows lead', () => {
    expect(fulfil().graph().toDot().split('\n')).toEqual([
      'digraph "fulfil" {',
      '  compound=true;',
      '  rankdir=TB;',
      '  node [shape=box];',
      '  subgraph cluster_0 {',
      '    label="p";',
      '    "p/list" [label="list"];',
      '    "p/cool" [label="cool (sleep)", shape=hexagon];',
      '    "p/approve" [label="approve (signal)", shape=hexagon];',
      '    "p/bill" [label="bill (call billing)", peripheries=2];',
      '    subgraph "cluster_p/lines" {',
      '      label="lines (forEach)";',
      '      "p/lines" [shape=point];',
      '      "p/lines/pack" [label="pack"];',
      '      subgraph "cluster_p/lines/again" {',
      '        label="again (retry)";',
      '        "p/lines/again" [shape=point];',
      '        "p/lines/again/label" [label="label"];',
      '      }',
      '    }',
      '    "p/poll" [label="poll (waitFor)", shape=hexagon];',
      '    subgraph "cluster_p/pick" {',
      '      label="pick (case)";',
      '      "p/pick" [shape=point];',
      '      subgraph "cluster_p/pick#body" {',
      '        label="body";',
      '        "p/pick/a" [label="a"];',
      '      }',
      '      subgraph "cluster_p/pick#otherwise" {',
      '        label="otherwise";',
      '        "p/pick#otherwise/b" [label="b"];',
      '        "p/pick#otherwise/clean" [label="clean", style=rounded];',
      '      }',
      '    }',
      '  }',
      '  "p/pick#otherwise/b" -> "p/pick#otherwise/clean" [label="all", style=dashed];',
      '  "p/list" -> "p/lines" [lhead="cluster_p/lines"];',
      '  "p/cool" -> "p/poll";',
      '  "p/lines" -> "p/pick" [ltail="cluster_p/lines", lhead="cluster_p/pick"];',
      '  "p/lines/pack" -> "p/lines/again" [lhead="cluster_p/lines/again"];',
      '}',
    ]);
  });

  test('of empty bodies shows the step', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    p.case(yes, 'nothing', () => undefined, () => undefined);
    p.case(yes, 'half', () => undefined, (arm) => arm.customStep(one, 'a'));
    expect(flow.graph().toMermaid().split('\n').slice(2, -1)).toEqual([
      '    s0["nothing (case)"]',
      '    subgraph s1["half (case)"]',
      '      subgraph s1b["body"]',
      '      end',
      '      subgraph s1o["otherwise"]',
      '        s1o0["a"]',
      '      end',
      '    end',
    ]);
    expect(flow.graph().toDot()).toContain('"p/nothing" [label="nothing (case)"];');
    expect(flow.graph().toDot()).not.toContain('"cluster_p/half#body"');
  });
});
