import { measuredBodies, tally } from './bodies.mjs';
import { define } from './millrace.mjs';
import { sized } from './shapes.mjs';

/** Asks the event loop for its turn again and again; says the longest time it had to wait. */
function watchEventLoop() {
  let last = performance.now();
  let longest = 0;
  let open = true;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (open) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    open = false;
    return Math.max(longest, performance.now() - last);
  };
}

/** The longest block of the event loop while sync steps run, in each of several runs; the first one is cold. */
export async function measureBlock({ kind, steps, rounds }) {
  const shape = sized[kind](steps);
  const flow = define(shape, measuredBodies(shape, 'sync'));
  flow.compile();
  const blocksMs = [];
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    await new Promise(setImmediate);
    tally.steps = 0;
    const stop = watchEventLoop();
    await flow.run();
    blocksMs.push(stop());
    if (tally.steps !== steps) return { wrong: `${shape.name}: ${tally.steps} steps ran instead of ${steps}` };
  }
  return { kind, steps, blocksMs };
}
