import { bounds } from '../bounds.mjs';
import { number } from '../table.mjs';

const atMost = (value, bound) => `(≤ ${bound}): ${value <= bound ? 'pass' : 'over'}`;
const count = (value) => Math.round(value).toLocaleString('en-US');

/** The sentences about recorded runs, from their figures. */
export function durableReport({ throughput, latency, recovery, sleepers, apply, openworkflow }) {
  const { runs, steps, rows, batches, stepsPerSecond, rowsPerSecondBare, timeRatio, ratio } = throughput;
  const waking = sleepers.ratio;
  const peer =
    openworkflow.stepsPerSecond === undefined
      ? `OpenWorkflow: ${openworkflow.missing ?? openworkflow.failed}`
      : `OpenWorkflow: ${count(openworkflow.stepsPerSecond)} steps per second in ${openworkflow.runs} runs; millrace is ${number(stepsPerSecond / openworkflow.stepsPerSecond)} × as fast`;
  return [
    `${count(runs)} runs side by side: ${count(stepsPerSecond)} durable steps per second (${count(steps)} steps in ${count(rows)} rows, ${batches} commits)`,
    `the bare driver commits the same rows in the same batches: ${count(rowsPerSecondBare)} rows per second`,
    `steps per second to bare rows per second: ${number(ratio)} (≥ ${bounds.throughput}): ${ratio >= bounds.throughput ? 'pass' : 'under'}; bare time to time: ${number(timeRatio)}`,
    `a single run of a chain adds ${number(latency.ratio)} bare commits per step ${atMost(latency.ratio, bounds.latency)}; a commit takes ${number(latency.commitUs)} µs, the run ${number(latency.runUs)} µs`,
    `recovery of ${count(recovery.runs)} unfinished runs (${count(recovery.rows)} rows): ${number(recovery.ms)} ms, ${number(recovery.ratio)} × a bare scan ${atMost(recovery.ratio, bounds.recovery)}`,
    `${count(sleepers.runs)} runs asleep: ${number(sleepers.bytes / 1e6)} MB of heap above an idle worker ${atMost(sleepers.bytes / 1e6, bounds.sleepersBytes / 1e6)}; ${count(sleepers.fallingPerSecond)} of them fall asleep in a second`,
    `all of them wake at once: ${number(sleepers.ms)} ms, ${count(sleepers.runsPerSecond)} runs and ${count(sleepers.stepsPerSecond)} steps per second, ${number(waking)} × the durable rate (≥ ${bounds.waking}): ${waking >= bounds.waking ? 'pass' : 'under'}`,
    `apply, ten steps, from text to text: ${count(apply.perSecond)} a second on one core (≥ ${count(bounds.applies)}): ${apply.perSecond >= bounds.applies ? 'pass' : 'under'}`,
    `apply half-way: ${number(apply.ten.us)} µs and ${count(apply.ten.bytes)} bytes with 10 steps, ${number(apply.large.us)} µs and ${count(apply.large.bytes)} bytes with ${count(apply.steps)}; time grows ${number(apply.growth)} × as fast as bytes ${atMost(apply.growth, bounds.applyGrowth)}`,
    peer,
  ].join('\n');
}
