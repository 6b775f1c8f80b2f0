import { bounds } from './bounds.mjs';
import { median } from './measure.mjs';
import { number } from './table.mjs';

const word = (value, bound) => (value <= bound ? 'pass' : 'over');

export function compileVerdict(rows) {
  const [small, middle, large] = rows.filter((row) => row.kind === 'layered');
  const growth = large.compileUs / small.compileUs;
  const graphlib = large.graphlibUs / small.graphlibUs;
  const ratios = rows.filter((row) => row.steps === middle.steps).map((row) => [`compile ${row.kind} ${row.steps}`, row.compileRatio]);
  return [
    ...ratios.map(([what, ratio]) => `${what}: ${number(ratio)} × graphlib (≤ ${bounds.compile}): ${word(ratio, bounds.compile)}`),
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

export function blockVerdict({ kind, steps, blocksMs }) {
  const worst = Math.max(...blocksMs);
  return `longest block of the event loop, ${kind} of ${steps}: ${number(worst)} ms, the first of ${blocksMs.length} runs ${number(blocksMs[0])}, median ${number(median(blocksMs))} (≤ ${bounds.blockMs}): ${word(worst, bounds.blockMs)}`;
}

export function memoryVerdict({ bytesPerRun }) {
  return `heap per pending run of 10 steps: ${Math.round(bytesPerRun)} bytes (≤ ${bounds.bytesPerRun}): ${word(bytesPerRun, bounds.bytesPerRun)}`;
}
