// Runs a diamond with the built package, as a user would import it; fails when the result is wrong. Used on each Node version.
import assert from 'node:assert/strict';
import { createFlows } from 'millrace';

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
