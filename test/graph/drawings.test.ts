import { anyOf, createFlows, failed, optional, settled, type Flow } from 'millrace';
import { describe, expect, test } from 'vitest';

const one = (): number => 1;

//   fetch ─┬─ build ─┐
//          ├─ lint ··┴─ ship          (settled lint)
//          └─ repair (failed build)   clean (always)      publish: announce (after release)
function release(): Flow {
  const flow = createFlows().registerFlow('deploy/v1');
  const p = flow.process('release');
  const fetch = p.customStep(one, 'fetch').describe('Gets | the sources\nand more');
  const build = fetch.next(one, 'build');
  const lint = fetch.next(one, 'lint');
  p.customStep(one, 'ship', build, settled(lint)).describe('a | b');
  p.customStep(one, 'repair', failed(build));
  p.always(one, 'clean');
  flow.process('publish').after(p).customStep(one, 'announce');
  return flow;
}

describe('a table', () => {
  test('has the columns Tier, Step, Description and Dependencies, and escapes what would break it', () => {
    expect(release().graph().toTable().split('\n')).toEqual([
      '| Tier | Step             | Description                  | Dependencies                        |',
      '| ---- | ---------------- | ---------------------------- | ----------------------------------- |',
      '| 0    | release/fetch    | Gets \\| the sources and more |                                     |',
      '| 1    | release/build    |                              | release/fetch                       |',
      '| 1    | release/lint     |                              | release/fetch                       |',
      '| 2    | release/ship     | a \\| b                       | release/build, settled release/lint |',
      '| 2    | release/repair   |                              | failed release/build                |',
      '| 3    | release/clean    |                              | all others                          |',
      '| 4    | publish/announce |                              | process release                     |',
    ]);
  });

  test('is short where there is one process', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    p.customStep(one, 'a').next(one, 'b');
    p.customStep(one, 'c', anyOf('a', 'b'), optional('a'));
    expect(flow.graph().toTable().split('\n').slice(2)).toEqual([
      '| 0    | a    |             |                          |',
      '| 1    | b    |             | a                        |',
      '| 2    | c    |             | any a, any b, optional a |',
    ]);
  });

  test('every row has as many cells, whatever the descriptions hold', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    ['|', '||', 'a\r\nb', '\\|', '`|`', '\t|', 'a\u2028b', '\\'].forEach((text, index) => p.customStep(one, `s${index}`).describe(text));
    const lines = flow.graph().toTable().split(/\r\n|[\n\r]/);
    expect(lines).toHaveLength(10);
    for (const line of lines) expect(line.replaceAll('\\|', '').split('|')).toHaveLength(6);
  });

  test('of nothing is the header', () => {
    expect(createFlows().registerFlow('f').graph().toTable().split('\n')).toHaveLength(2);
  });
});

describe('a Mermaid flowchart', () => {
  test('has a subgraph for each process, and an arrow for each way of waiting', () => {
    expect(release().graph().toMermaid().split('\n')).toEqual([
      'flowchart TD',
      '  subgraph p0["release"]',
      expect.stringMatching(/^ {4}s0\["fetch<br\/>Gets \| the sources(<br\/>| )and more"\]$/),
      '    s1["build"]',
      '    s2["lint"]',
      '    s3["ship<br/>a | b"]',
      '    s4["repair"]',
      '    s5(["clean"])',
      '  end',
      '  subgraph p1["publish"]',
      '    s6["announce"]',
      '  end',
      '  s3 -. all .-> s5',
      '  s4 -. all .-> s5',
      '  s0 --> s1',
      '  s0 --> s2',
      '  s1 --> s3',
      '  s2 -. settled .-> s3',
      '  s1 -- failed --> s4',
      '  p0 --> p1',
    ]);
  });

  test('names that are words of Mermaid are safe', () => {
    const flow = createFlows().registerFlow('f');
    flow.process('end').customStep(one, 'end').next(one, 'subgraph');
    expect(flow.graph().toMermaid().split('\n').slice(1)).toEqual(['  subgraph p0["end"]', '    s0["end"]', '    s1["subgraph"]', '  end', '  s0 --> s1']);
  });
});

describe('a Graphviz digraph', () => {
  test('has a cluster for each process, and a label for each way of waiting', () => {
    expect(release().graph().toDot().split('\n')).toEqual([
      'digraph "deploy/v1" {',
      '  compound=true;',
      '  rankdir=TB;',
      '  node [shape=box];',
      '  subgraph cluster_0 {',
      '    label="release";',
      '    "release/fetch" [label="fetch"];',
      '    "release/build" [label="build"];',
      '    "release/lint" [label="lint"];',
      '    "release/ship" [label="ship"];',
      '    "release/repair" [label="repair"];',
      '    "release/clean" [label="clean", style=rounded];',
      '  }',
      '  subgraph cluster_1 {',
      '    label="publish";',
      '    "publish/announce" [label="announce"];',
      '  }',
      '  "release/ship" -> "release/clean" [label="all", style=dashed];',
      '  "release/repair" -> "release/clean" [label="all", style=dashed];',
      '  "release/fetch" -> "release/build";',
      '  "release/fetch" -> "release/lint";',
      '  "release/build" -> "release/ship";',
      '  "release/lint" -> "release/ship" [label="settled", style=dashed];',
      '  "release/build" -> "release/repair" [label="failed", style=solid];',
      '  "release/fetch" -> "publish/announce" [ltail=cluster_0, lhead=cluster_1];',
      '}',
    ]);
  });

  test('the order of processes through an empty one is not lost', () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    p.customStep(one, 'a');
    const between = flow.process('between').after(p);
    flow.process('q').after(between).customStep(one, 'b');
    expect(flow.graph().toDot()).toMatch(/"p\/a" -> .*"q\/b"|"p\/a" -> .*between/);
  });
});
