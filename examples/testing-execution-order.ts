// How to test in what order steps run: steps are driven by hand, so the test decides which one ends first.
//
//     fetch ──┬→ lint ───────────┐
//             └→ build ──→ test ─┴→ publish
//
// In vitest, `expect.extend(orderMatchers)` once, then `expect(result).toHaveRunBefore(lint, publish)`. The matchers are plain
// functions that need nothing of vitest, so this example calls them itself.
import assert from 'node:assert/strict';
import { createFlows } from 'millrace';
import { handStep, orderMatchers, settle } from 'millrace/testing';

const fetch = handStep('fetch');
const lint = handStep('lint');
const build = handStep('build');
const test = handStep('test');
const publish = handStep('publish');

const release = createFlows().registerFlow('release');
const steps = release.process('steps');
steps.follow(fetch);
const chain = steps.follow(build, test).after(fetch);
const checks = steps.follow(lint).after(fetch);
steps.follow(publish).after(chain, checks);

const run = release.start(undefined, { runId: 'r-1' });
(await fetch.started(run.done)).succeed('sources');
const linting = await lint.started(run.done);
(await build.started(run.done)).succeed('binaries');
(await test.started(run.done)).succeed('passed');

await settle(); // everything that can happen now has happened
assert.equal(publish.count, 0); // `lint` is still at work
linting.succeed('no complaints');
(await publish.started(run.done)).succeed('1.2.0');
const result = await run.done;

const { toHaveOverlapped, toHaveRunBefore, toHaveRunInOrder, toHaveStatus } = orderMatchers;
assert.ok(toHaveStatus(result, 'succeeded').pass);
assert.ok(toHaveRunInOrder(result, [fetch, build, test, publish]).pass);
assert.ok(toHaveRunBefore(result, lint, publish).pass);
assert.ok(toHaveOverlapped(result, lint, test).pass);

// A failed assertion draws the run.
console.log(toHaveRunBefore(result, lint, test).message());

// Output:
// expected 'steps/lint' to end before 'steps/test' starts, but 'steps/test' started while 'steps/lint' was at work
//
// run 'r-1' of flow 'release': succeeded
//   steps/fetch    ━━          succeeded
//   steps/build      ━━━       succeeded
//   steps/lint        ━━━━━    succeeded
//   steps/test          ━━     succeeded
//   steps/publish          ━━  succeeded
