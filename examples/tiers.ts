// Tiers are a view of a flow: a step's tier is the longest path to it. They never hold a step back.
//
//     tier 0     tier 1              tier 2      tier 3      tier 4
//     fetch ──┬→ compile ──────────→ test ──┐
//             └→ lint ──────────────────────┴──→ package ──→ deploy
import { createFlows } from 'millrace';

const release = createFlows().registerFlow('release').describe('From the sources to the servers');
const build = release.process('build');
const fetch = build.customStep(() => 'sources', 'fetch').describe('Get the sources');
const compile = fetch.next((s) => `${s.results.fetch}, compiled`, 'compile').describe('Make the binaries');
const lint = fetch.next(() => 0, 'lint').describe('Look for mistakes');
const test = compile.next(() => 'passed', 'test').describe('Run all tests');
build.customStep(() => 'package', 'package', test, lint).describe('Put it together');

const operate = release.process('operate').after(build);
operate.customStep(() => 'live', 'deploy').describe('Put it on the servers');

const graph = release.graph();
graph.tiers().forEach((paths, tier) => console.log(`tier ${tier}: ${paths.join(', ')}`));
console.log();
console.log(graph.toTable());
console.log();
console.log(graph.toMermaid());

// Output:
// tier 0: build/fetch
// tier 1: build/compile, build/lint
// tier 2: build/test
// tier 3: build/package
// tier 4: operate/deploy
//
// | Tier | Step           | Description           | Dependencies           |
// | ---- | -------------- | --------------------- | ---------------------- |
// | 0    | build/fetch    | Get the sources       |                        |
// | 1    | build/compile  | Make the binaries     | build/fetch            |
// | 1    | build/lint     | Look for mistakes     | build/fetch            |
// | 2    | build/test     | Run all tests         | build/compile          |
// | 3    | build/package  | Put it together       | build/test, build/lint |
// | 4    | operate/deploy | Put it on the servers | process build          |
//
// flowchart TD
//   subgraph p0["build"]
//     s0["fetch<br/>Get the sources"]
//     s1["compile<br/>Make the binaries"]
//     s2["lint<br/>Look for mistakes"]
//     s3["test<br/>Run all tests"]
//     s4["package<br/>Put it together"]
//   end
//   subgraph p1["operate"]
//     s5["deploy<br/>Put it on the servers"]
//   end
//   s0 --> s1
//   s0 --> s2
//   s1 --> s3
//   s3 --> s4
//   s2 --> s4
//   p0 --> p1
