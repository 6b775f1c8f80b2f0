import { existsSync } from 'node:fs';
import { byHand, own, withoutPackage } from './contestants.mjs';
import { durableReport } from './durable/report.mjs';
import { hasPeers, installPeers } from './install.mjs';
import { isolated } from './isolated.mjs';
import { median } from './measure.mjs';
import { help, readOptions } from './options.mjs';
import { allShapes } from './shapes.mjs';
import { compileTable, runTable } from './table.mjs';
import { blockVerdict, compileVerdict, growthVerdict, memoryVerdict } from './verdict.mjs';

const progress = (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`);

/** The contestants that can run here: without packages, those that need none. */
function available(options) {
  const needsPackage = (name) => !withoutPackage.includes(name);
  if (!options.contestants.some(needsPackage) || hasPeers()) return options.contestants;
  if (options.smoke) return options.contestants.filter((name) => !needsPackage(name));
  installPeers();
  return options.contestants;
}

async function measureRow(options, contestants, key, mode) {
  const cells = {};
  for (const contestant of contestants) {
    progress(`${mode} ${key}: ${contestant}`);
    const cell = { contestant, shape: key, mode, smoke: options.smoke, rounds: options.rounds, budgetMs: options.budgetMs };
    const { result, failed } = await isolated('cell', cell, options.budgetMs);
    cells[contestant] = result ?? { failed };
  }
  const floors = Object.values(cells).flatMap((cell) => (cell.floorNs === undefined ? [] : [cell.floorNs]));
  return { key, shape: allShapes(options.smoke)[key].name, floorNs: floors.length === 0 ? undefined : median(floors), cells };
}

async function measureRuns(options, contestants) {
  const runs = {};
  for (const mode of contestants.length === 0 ? [] : ['sync', 'async']) {
    runs[mode] = [];
    for (const key of options.shapes) runs[mode].push(await measureRow(options, contestants, key, mode));
  }
  return runs;
}

/** One figure in a process of its own; a failure is a figure too. */
async function measurePart(task, settings) {
  progress(`${task} ${settings.kind ?? ''} ${settings.steps ?? ''}`);
  const { result, failed } = await isolated(task, settings, 120_000);
  return result ?? { failed: `${[settings.kind, settings.steps].filter((word) => word !== undefined).join(' ')}: ${failed}` };
}

async function measureParts({ smoke, rounds, parts }) {
  const figures = {};
  const measureAll = async (task, list) => {
    figures[task] = [];
    if (parts.includes(task)) for (const settings of list) figures[task].push(await measurePart(task, settings));
  };
  const [small, middle, large] = smoke ? [100, 200, 400] : [1000, 10_000, 100_000];
  const compiled = [['layered', small], ['layered', middle], ['layered', large], ['fan', middle]];
  await measureAll('compile', compiled.map(([kind, steps]) => ({ kind, steps, rounds: Math.min(rounds, 9) })));
  await measureAll('block', ['chain', 'fan', 'layered'].map((kind) => ({ kind, steps: large, rounds: smoke ? 1 : 5 })));
  await measureAll('memory', [{ runs: smoke ? 100 : 10_000 }]);
  return figures;
}

/** The figures of recorded runs. */
async function measureDurable({ smoke, rounds }) {
  const sizes = smoke ? { runs: 20, left: 20, asleep: 50, peer: 5 } : { runs: 1000, left: 10_000, asleep: 10_000, peer: 200 };
  const few = Math.min(rounds, 9);
  return {
    throughput: await measurePart('throughput', { runs: sizes.runs, rounds: few }),
    latency: await measurePart('latency', { runs: smoke ? 2 : 100, rounds: few }),
    recovery: await measurePart('recovery', { runs: sizes.left, rounds: Math.min(rounds, 3) }),
    sleepers: await measurePart('sleepers', { runs: sizes.asleep, rounds: Math.min(rounds, 3), concurrency: sizes.runs }),
    apply: await measurePart('apply', { steps: smoke ? 100 : 1000, rounds: few }),
    openworkflow: smoke ? { missing: 'left out' } : await measurePart('openworkflow', { runs: sizes.peer, rounds: 1 }),
  };
}

/** Prints what is known of recorded runs; a failure of our own is an error. */
async function mainDurable(options) {
  const hasPeer = options.smoke || hasPeers();
  if (!hasPeer) installPeers();
  const figures = await measureDurable(options);
  progress('');
  const { openworkflow: _, ...own } = figures;
  const found = Object.entries(own).flatMap(([part, figure]) => (problemOf(figure) === undefined ? [] : [`${part}: ${problemOf(figure)}`]));
  for (const problem of found) console.error(`wrong: ${problem}`);
  if (found.length > 0) process.exitCode = 1;
  else if (options.json) console.log(JSON.stringify({ node: process.version, ...figures }, undefined, 2));
  else console.log(options.smoke ? `bench: recorded ${figures.throughput.steps} steps, recovered ${figures.recovery.runs} runs, woke ${figures.sleepers.runs}` : durableReport(figures));
}

const problemOf = (figure) => figure.wrong ?? figure.failed;

/** Smoke figures are those of cold code: only what ran is worth a line. */
function printSmoke(runs, figures) {
  const cells = Object.values(runs).flatMap((rows) => rows.flatMap((row) => Object.values(row.cells)));
  const good = cells.filter((cell) => problemOf(cell) === undefined).length;
  const parts = Object.entries(figures).filter(([, list]) => list.length > 0 && list.every((one) => problemOf(one) === undefined));
  console.log(`bench: ${good} of ${cells.length} contestants on shapes ran every step once and in order; ran ${parts.map(([part]) => part).join(', ') || 'no part'}`);
}

function print(contestants, runs, figures) {
  const sections = Object.entries(runs).map(([mode, rows]) => runTable(mode, contestants, rows));
  const lines = Object.entries(runs).map(([mode, rows]) => growthVerdict(mode, rows));
  const { compile, block, memory } = figures;
  if (compile.length > 0 && compile.every((row) => problemOf(row) === undefined)) {
    sections.push(compileTable(compile));
    lines.push(compileVerdict(compile));
  }
  lines.push(...block.filter((one) => problemOf(one) === undefined).map(blockVerdict));
  lines.push(...memory.filter((one) => problemOf(one) === undefined).map(memoryVerdict));
  console.log([...sections, lines.filter((line) => line !== undefined).join('\n')].join('\n\n'));
}

/** What ran a wrong number of steps or in a wrong order, and what of our own did not run at all. Time is never a problem. */
function problems(options, runs, figures) {
  const cells = Object.values(runs).flatMap((rows) => rows.flatMap((row) => Object.entries(row.cells).map(([name, cell]) => ({ where: `${name}, ${row.shape}`, name, cell }))));
  const inRuns = cells.flatMap(({ where, name, cell }) => {
    const counts = cell.wrong !== undefined || (cell.failed !== undefined && (options.smoke || [...own, ...byHand, 'floor'].includes(name)));
    return counts ? [`${where}: ${problemOf(cell)}`] : [];
  });
  const inParts = Object.entries(figures).flatMap(([part, list]) => list.flatMap((one) => (problemOf(one) === undefined ? [] : [`${part} ${problemOf(one)}`])));
  return [...inRuns, ...inParts];
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(help);
  const needsBuild = options.parts.length > 0 || options.contestants.some((name) => own.includes(name) || byHand.includes(name));
  if (needsBuild && !existsSync(new URL('../../dist/index.js', import.meta.url))) throw new Error('dist/index.js is missing; run npm run build');
  if (options.durable) return mainDurable(options);
  const contestants = available(options);
  const runs = await measureRuns(options, contestants);
  const figures = await measureParts(options);
  progress('');
  if (options.json) console.log(JSON.stringify({ node: process.version, runs, ...figures }, undefined, 2));
  else if (options.smoke) printSmoke(runs, figures);
  else print(contestants, runs, figures);
  const found = problems(options, runs, figures);
  for (const problem of found) console.error(`wrong: ${problem}`);
  if (found.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
