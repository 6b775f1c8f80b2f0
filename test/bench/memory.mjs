import { define } from './millrace.mjs';
import { tenSteps } from './shapes.mjs';

/** Holds the first step of `runs` runs of the ten-step flow back, and says how much heap each of them takes. */
export async function measureMemory({ runs }) {
  const shape = tenSteps(runs);
  let steps = 0;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const functions = shape.deps.map((_, step) => () => {
    steps += 1;
    return step === 0 ? held : undefined;
  });
  const flow = define(shape, functions);
  flow.compile();

  const start = async (count) => {
    const open = Array.from({ length: count }, () => flow.run());
    await new Promise(setImmediate);
    return open;
  };
  const warm = await start(100);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const open = await start(runs);
  globalThis.gc?.();
  const after = process.memoryUsage().heapUsed;
  if (steps !== runs + warm.length) return { wrong: `${steps} first steps started instead of ${runs + warm.length}` };

  release();
  await Promise.all([...warm, ...open]);
  const expected = (runs + warm.length) * shape.deps.length;
  return steps === expected ? { bytesPerRun: (after - before) / runs } : { wrong: `${steps} steps ran instead of ${expected}` };
}
