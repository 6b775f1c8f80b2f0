import { checkedBodies, measuredBodies } from './bodies.mjs';
import { loadContestant } from './contestants.mjs';
import { median, sample, sideBySide, warmUp } from './measure.mjs';
import { allShapes } from './shapes.mjs';

/**
 * One contestant on one shape.
 *
 * @typedef {object} Cell
 * @property {string} contestant
 * @property {string} shape
 * @property {import('./shapes.mjs').Mode} mode
 * @property {boolean} smoke
 * @property {number} rounds
 * @property {number} budgetMs
 */

/** Runs a contestant once with bodies that check it; says what is wrong, or `undefined`. */
async function check(prepare, shape, mode) {
  const { functions, problem } = checkedBodies(shape, mode, prepare.use);
  await sideBySide(prepare(shape, functions, mode), shape.runs);
  return problem();
}

/**
 * Checks a contestant, then measures it beside the floor: both in this process, turn by turn, as a ratio per round.
 *
 * @param {Cell} cell
 * @param {(state: 'loaded' | 'checked') => void} report
 */
export async function measureCell(cell, report = () => {}) {
  const shape = allShapes(cell.smoke)[cell.shape];
  const prepare = await loadContestant(cell.contestant);
  const prepareFloor = await loadContestant('floor');
  report('loaded');
  const wrong = await check(prepare, shape, cell.mode);
  if (wrong !== undefined) return { wrong };
  report('checked');

  const functions = measuredBodies(shape, cell.mode);
  const run = prepare(shape, prepare.use === undefined ? functions : measuredBodies(shape, cell.mode, prepare.use), cell.mode);
  const runFloor = prepareFloor(shape, functions, cell.mode);
  const pass = () => sideBySide(run, shape.runs);
  const passFloor = () => sideBySide(runFloor, shape.runs);
  const [warmMs, sampleMs] = cell.smoke ? [0, 0] : [300, 25];
  const floorPasses = await warmUp(passFloor, warmMs, sampleMs);
  const passes = await warmUp(pass, warmMs, sampleMs);

  const rounds = [];
  const start = performance.now();
  do {
    const floorMs = await sample(passFloor, floorPasses);
    const ownMs = await sample(pass, passes);
    rounds.push({ floorMs, ratio: ownMs / floorMs });
  } while (rounds.length < cell.rounds && performance.now() - start < cell.budgetMs);

  const steps = shape.deps.length * shape.runs;
  return {
    floorNs: (median(rounds.map((round) => round.floorMs)) * 1e6) / steps,
    ratio: median(rounds.map((round) => round.ratio)),
    rounds: rounds.length,
  };
}
