// How to test in what order steps run: steps are driven by hand, so the test decides which one ends first.
//
//     fetch ──┬→ lint ─────────┐
//             └→ build ──→ test┴→ publish
import { createFlows } from 'millrace';
import { drawTimeline, handStep, orderMatchers, settle } from 'millrace/testing';
import { expect } from 'vitest';

expect.extend(orderMatchers);

const [fetch, lint, build, test, publish] = [handStep('fetch'), handStep('lint'), handStep('build'), handStep('test'), handStep('publish')];
const release = createFlows().registerFlow('release');
const steps = release.process('steps');
steps.follow(fetch);
const chain = steps.follow(build, test).after(fetch);
const checks = steps.parallel(lint).after(fetch);
steps.parallel(publish).after(chain, checks);

const run = release.start(undefined, { runId: 'r-1' });
(await fetch.started(run.done)).succeed('sources');
const linting = await lint.started(run.done);
(await build.started(run.done)).succeed('binaries');
(await test.started(run.done)).succeed('passed');

await settle(); // everything that can happen now has happened
expect(publish.count).toBe(0); // `lint` is still at work
linting.succeed('no complaints');
(await publish.started(run.done)).succeed('1.2.0');
const result = await run.done;

expect(result).toHaveStatus('succeeded');
expect(result).toHaveRunInOrder([fetch, build, test, publish]);
expect(result).toHaveRunBefore(lint, publish);
expect(result).toHaveOverlapped(lint, test);

console.log(drawTimeline(result));
try {
  expect(result).toHaveRunBefore(lint, test);
} catch (error) {
  console.log((error as Error).message); // what a failed test prints
}
// Output:
