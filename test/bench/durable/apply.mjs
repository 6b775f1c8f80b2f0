import { median, warmUp } from '../measure.mjs';
import { define } from '../millrace.mjs';
import { chain } from '../shapes.mjs';

/** A controller's life of a run: apply, keep the text, read it back, apply, until it has ended. Returns how often it was applied, and the longest text. */
async function life(flow) {
  let at = await flow.apply(null, { budget: 'ready' });
  let applies = 1;
  let text = JSON.stringify(at.snapshot);
  while (at.status === 'running') {
    at = await flow.apply(JSON.parse(text), { budget: 'ready' });
    text = JSON.stringify(at.snapshot);
    applies += 1;
  }
  return { applies, bytes: text.length, status: at.status };
}

/** One apply of a run half done, from text to text. */
async function halfDone(flow, applies) {
  let text;
  for (let done = 0; done < applies; done++) text = JSON.stringify((await flow.apply(text === undefined ? null : JSON.parse(text), { budget: 'ready' })).snapshot);
  return { bytes: text.length, once: async () => JSON.stringify((await flow.apply(JSON.parse(text), { budget: 'ready' })).snapshot).length };
}

/** Milliseconds of one pass. No forced collections: they come between two applies, where V8 finds no run and throws away the code for them. */
async function timeOf(pass, rounds) {
  const passes = await warmUp(pass, 500, 200);
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let index = 0; index < passes; index++) await pass();
    times.push((performance.now() - start) / passes);
  }
  return median(times);
}

/** How many applies a core does in a second with a chain of ten steps, and what one costs with many steps. Nothing is kept but texts. */
export async function measureApply({ steps, rounds }) {
  const flowOf = (count) => {
    const shape = chain(count);
    return define(shape, shape.deps.map((_, step) => () => ({ step, ok: true })));
  };
  const small = flowOf(10);
  const first = await life(small);
  if (first.status !== 'succeeded' || first.applies !== 10) return { wrong: `a run ended as ${first.status} after ${first.applies} applies instead of 10` };
  const lifeMs = await timeOf(() => life(small), rounds);
  const ten = await halfDone(small, 5);
  const many = await halfDone(flowOf(steps), steps / 2);
  const figures = [];
  for (const { once, bytes } of [ten, many]) figures.push({ us: (await timeOf(once, rounds)) * 1000, bytes });
  const [tenth, large] = figures;
  return { perSecond: (first.applies * 1000) / lifeMs, ten: tenth, steps, large, growth: large.us / tenth.us / (large.bytes / tenth.bytes) };
}
