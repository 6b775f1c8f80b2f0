import { createFlows } from '../../../dist/index.js';
import { sqliteStore } from '../../../dist/stores/sqlite.js';
import { median } from '../measure.mjs';
import { tenSteps } from '../shapes.mjs';
import { withFiles } from './files.mjs';
import { steps } from './millrace.mjs';
import { pass as runSideBySide } from './throughput.mjs';

const shape = tenSteps(1);
const hour = 3_600_000;

/** A clock that can be moved on. */
function movable() {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    monotonic: () => performance.now() + ahead,
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    yield: (callback) => void setImmediate(callback),
    moveTo: (at) => (ahead = at - Date.now()),
  };
}

function heap() {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** The ten-step flow of the bench, behind a sleep. */
function defineFlow(flows, wakeAt, ended) {
  const flow = flows.registerFlow('bench');
  const process = flow.process('steps');
  const sleep = process.sleepUntil(new Date(wakeAt), 'sleep');
  const handles = [];
  shape.deps.forEach((deps, step) => {
    const before = deps.length === 0 ? [sleep] : deps.map((dep) => handles[dep]);
    handles.push(process.customStep(() => (ended(), { step, ok: true }), shape.names[step], ...before));
  });
  flow.compile();
  return flow;
}

/** Lets `runs` runs fall asleep in a file, and wakes them all at once. `weigh` says what the heap holds; to know that takes full collections, which spoil times. */
async function pass(path, runs, concurrency, weigh = () => 0) {
  const store = sqliteStore(path);
  const clock = movable();
  const flows = createFlows({ store, clock });
  const wakeAt = Date.now() + hour;
  let steps = 0;
  const flow = defineFlow(flows, wakeAt, () => (steps += 1));
  const worker = flows.worker({ concurrency, pollEvery: 20 });
  await worker.idle();
  const idle = weigh();
  const begun = performance.now();
  await Promise.all(Array.from({ length: runs }, (_, run) => flows.submit(flow, undefined, { runId: `run-${run}` })));
  await worker.idle();
  const fellMs = performance.now() - begun;
  const asleep = weigh();
  if (steps > 0 || worker.atWork > 0) return { wrong: 'runs do not sleep' };
  const start = performance.now();
  clock.moveTo(wakeAt);
  await worker.idle();
  const ms = performance.now() - start;
  const left = (await store.list({ status: 'succeeded', limit: runs + 1 })).runs.length;
  await flows.close();
  await store.close();
  const isWrong = steps !== runs * shape.deps.length || left !== runs;
  return { ms, fellMs, bytes: asleep - idle, ...(isWrong && { wrong: `${steps} steps ran in ${left} runs instead of ${runs * shape.deps.length} in ${runs}` }) };
}

/** What runs cost that sleep beside a worker, and how fast they go on when all of them wake at once. */
export async function measureSleepers({ runs, rounds, concurrency }) {
  return withFiles(async (file) => {
    await pass(file(), Math.min(runs, 200), concurrency);
    const weighed = await pass(file(), runs, concurrency, heap);
    if (weighed.wrong !== undefined) return { wrong: weighed.wrong };
    for (let warm = 0; warm < rounds; warm++) await runSideBySide(file(), concurrency);
    const figures = [];
    for (let round = 0; round < rounds; round++) {
      const durable = await runSideBySide(file(), concurrency);
      const figure = await pass(file(), runs, concurrency);
      if (figure.wrong !== undefined) return { wrong: figure.wrong };
      const rate = (concurrency * steps * 1000) / durable.ms;
      figures.push({ ...figure, ratio: (runs * shape.deps.length * 1000) / figure.ms / rate });
    }
    const ms = median(figures.map((figure) => figure.ms));
    return {
      runs,
      bytes: weighed.bytes,
      ms,
      fallingPerSecond: (runs * 1000) / median(figures.map(({ fellMs }) => fellMs)),
      runsPerSecond: (runs * 1000) / ms,
      stepsPerSecond: (runs * shape.deps.length * 1000) / ms,
      ratio: median(figures.map(({ ratio }) => ratio)),
    };
  });
}
