import { bounds } from './bounds.mjs';
import { median } from './measure.mjs';
import { number } from './table.mjs';

const word = (value, bound) => (value <= bound ? 'pass' : 'over');

export function compileVerdict(rows) {
  const [small, middle, large] = rows;
  const growth = large.compileUs / small.compileUs;
  const graphlib = large.graphlibUs / small.graphlibUs;
  return [
    `compile ${middle.steps} steps: ${number(middle.compileRatio)} × graphlib (≤ ${bounds.compile}): ${word(middle.compileRatio, bounds.compile)}`,
    `compile per step, ${large.steps} against ${small.steps}: ${number(growth)} × (flat: ≤ ${bounds.growth}; graphlib's own: ${number(graphlib)} ×): ${word(growth, bounds.growth)}`,
  ].join('\n');
}

/** The cost of a step in the large layered shape against the small one, floor taken out by the ratio. */
export function growthVerdict(mode, rows) {
  const cost = (name) => {
    const row = rows.find((one) => one.key === name);
    const ratio = row?.cells.millrace?.ratio;
    return ratio === undefined ? undefined : ratio * row.floorNs;
  };
  const [small, large] = [cost('chain'), cost('large')];
  if (small === undefined || large === undefined) return undefined;
  return `${mode} cost per step: ${number(small)} ns in the chain of 1,000, ${number(large)} ns in layered 100,000`;
}

export function blockVerdict({ blocks }) {
  const worst = blocks.reduce((most, one) => (one.ms > most.ms ? one : most));
  const middle = median(blocks.map((one) => one.ms));
  return `longest block of the event loop in ${blocks.length} runs: ${number(worst.ms)} ms in ${worst.shape}, median ${number(middle)} ms (≤ ${bounds.blockMs}): ${word(worst.ms, bounds.blockMs)}`;
}

export function memoryVerdict({ bytesPerRun }) {
  return `heap per pending run of 10 steps: ${Math.round(bytesPerRun)} bytes (≤ ${bounds.bytesPerRun}): ${word(bytesPerRun, bounds.bytesPerRun)}`;
}
