// Runs a diamond with the built package, as a user would import it, in memory and recorded in a file; fails when the result is wrong. Used
// on each Node version.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { createFlows } from 'millrace';
import { sqliteStore } from 'millrace/sqlite';

const order = [];
const note = (name, value) => {
  order.push(name);
  return value;
};

const diamond = createFlows().flowWithProcess('diamond');
const top = diamond.customStep(() => note('top', 1), 'top');
const left = diamond.customStep(async (s) => note('left', s.results.top + 1), 'left', top);
const right = diamond.customStep((s) => note('right', s.results.top * 10), 'right', top);
const join = diamond.customStep((s) => note('join', s.result(left) + s.result(right)), 'join', left, right);

const result = await diamond.flow.run();
assert.equal(result.status, 'succeeded');
assert.equal(result.value(join), 12);
assert.equal(order.at(0), 'top');
assert.equal(order.at(-1), 'join');
assert.equal(order.length, 4);
assert.deepEqual([...result.steps.keys()].sort(), ['diamond/join', 'diamond/left', 'diamond/right', 'diamond/top']);
console.log(`a diamond ran on Node ${process.version}`);

const folder = mkdtempSync(pathOf(tmpdir(), 'millrace-smoke-'));
try {
  const store = sqliteStore(pathOf(folder, 'runs.db'));
  const recorded = createFlows({ store }).flowWithProcess('recorded');
  recorded.customStep(() => new Date(0), 'charge');
  await recorded.flow.run(undefined, { runId: 'r-1' });
  const flows = createFlows({ store });
  flows.flowWithProcess('recorded').customStep(() => new Date(1), 'charge');
  const again = await flows.result('r-1');
  assert.deepEqual(again?.value('charge'), new Date(0));
  assert.deepEqual(await store.checkIntegrity(), []);
  await store.close();
  console.log(`a recorded run was read back with ${store.driver}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
