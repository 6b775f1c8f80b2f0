import { measuredBodies, tally } from './bodies.mjs';
import { define } from './millrace.mjs';
import { chain, fan, layered } from './shapes.mjs';

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

/** The longest block of the event loop while sync steps run, over several runs; the first one is cold. */
export async function measureBlock({ steps, rounds }) {
  const shapes = [chain(steps), fan(steps - 2), layered(steps)];
  const blocks = [];
  for (const shape of shapes) {
    const flow = define(shape, measuredBodies(shape, 'sync'));
    flow.compile();
    for (let round = 0; round < rounds; round++) {
      globalThis.gc?.();
      await new Promise(setImmediate);
      tally.steps = 0;
      const stop = watchEventLoop();
      await flow.run();
      blocks.push({ shape: shape.name, ms: stop() });
      if (tally.steps !== steps) return { wrong: `${shape.name}: ${tally.steps} steps ran instead of ${steps}` };
    }
  }
  return { blocks };
}
