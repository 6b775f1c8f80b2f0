/**
 * A DAG to run. Steps are numbered so that a step comes after all that it waits for.
 *
 * @typedef {object} Shape
 * @property {string} name
 * @property {readonly string[]} names one name per step
 * @property {readonly (readonly number[])[]} deps what each step waits for
 * @property {number} runs how many runs go side by side in one measured pass
 */

/** @typedef {'sync' | 'async'} Mode */

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}

/** @returns {Shape} */
function shape(name, deps, runs = 1) {
  return { name, names: deps.map((_, step) => `s${step}`), deps, runs };
}

export function chain(steps) {
  return shape(`chain ${steps}`, Array.from({ length: steps }, (_, step) => (step === 0 ? [] : [step - 1])));
}

/** One step, then `width` side by side, then one that waits for all of them. */
export function fan(width) {
  const middle = Array.from({ length: width }, (_, index) => index + 1);
  return shape(`1 → ${width} → 1`, [[], ...middle.map(() => [0]), middle]);
}

/** Layers of `width` steps; every step waits for `timings` random ones of the layer before. */
export function layered(steps, { width = Math.max(4, Math.round(steps / 100)), timings = 3, seed = 1 } = {}) {
  const random = seeded(seed);
  const deps = Array.from({ length: steps }, (_, step) => {
    const layer = Math.floor(step / width);
    const chosen = new Set();
    while (layer > 0 && chosen.size < timings) chosen.add((layer - 1) * width + Math.floor(random() * width));
    return [...chosen].sort((a, b) => a - b);
  });
  return shape(`layered ${steps}`, deps);
}

/** A square in which every step waits for the one above and the one to the left. */
export function lattice(side) {
  const deps = Array.from({ length: side * side }, (_, step) => {
    const waits = [];
    if (step >= side) waits.push(step - side);
    if (step % side > 0) waits.push(step - 1);
    return waits;
  });
  return shape(`lattice ${side} × ${side}`, deps);
}

/**
 * An order: fetch, then three checks, a price, a charge, and packing beside an invoice, joined at the end.
 *
 *     0 → 1 ┐
 *     0 → 2 ├ 4 → 5 → 6 → 8 → 9
 *     0 → 3 ┘       └ 7 ──────┘
 */
export function tenSteps(runs) {
  return shape(`${runs} × 10 steps`, [[], [0], [0], [0], [1, 2, 3], [4], [5], [5], [6], [7, 8]], runs);
}

/** The shapes by the names that `--shape` takes. */
export function allShapes(smoke) {
  return smoke
    ? { chain: chain(20), fan: fan(20), layered: layered(40, { width: 8 }), lattice: lattice(5), large: layered(200, { width: 20 }), ten: tenSteps(10) }
    : { chain: chain(1000), fan: fan(1000), layered: layered(10_000), lattice: lattice(100), large: layered(100_000), ten: tenSteps(1000) };
}

/** Shapes that are made for a number of steps. */
export const sized = { chain, fan: (steps) => fan(steps - 2), layered };
