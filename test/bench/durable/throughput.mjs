import { median } from '../measure.mjs';
import { openBare } from './driver.mjs';
import { withFiles } from './files.mjs';
import { openFlows, steps, watching } from './millrace.mjs';

const table = 'CREATE TABLE journal (run TEXT NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID';

/** Runs `runs` runs side by side; says what is wrong, if anything is. */
export async function pass(path, runs, watch) {
  const { store, flow } = openFlows(path, { watch });
  const start = performance.now();
  const results = await Promise.all(Array.from({ length: runs }, () => flow.run()));
  const ms = performance.now() - start;
  await store.close();
  const wrong = results.find(({ status }) => status !== 'succeeded');
  return { ms, wrong: wrong && `a run ended as ${wrong.status}` };
}

/** Commits the same records in the same batches, with nothing but the driver. */
function bare(path, batches) {
  const database = openBare(path);
  database.exec(table);
  const insert = database.prepare('INSERT INTO journal (run, seq, text) VALUES (?, ?, ?)');
  const start = performance.now();
  for (const batch of batches) {
    database.exec('BEGIN IMMEDIATE');
    for (const { runId, row } of batch) insert.run(runId, row.seq, row.text);
    database.exec('COMMIT');
  }
  const ms = performance.now() - start;
  database.close();
  return ms;
}

/** Durable steps per second of runs side by side, beside the rate at which the bare driver commits the same records. */
export async function measureThroughput({ runs, rounds }) {
  return withFiles(async (file) => {
    const batches = [];
    const first = await pass(file(), runs, (store) => watching(store, (rows) => batches.push([...rows])));
    if (first.wrong !== undefined) return { wrong: first.wrong };
    const figures = [];
    for (let warm = 0; warm < rounds; warm++) await pass(file(), runs);
    for (let round = 0; round < rounds; round++) {
      // no forced collection: where no run is at work, it makes V8 throw away the code for runs, and a service always has some
      const bareMs = bare(file(), batches);
      const { ms } = await pass(file(), runs);
      figures.push({ ms, bareMs, ratio: bareMs / ms });
    }
    const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
    return {
      runs,
      steps: runs * steps,
      rows,
      batches: batches.length,
      stepsPerSecond: (runs * steps * 1000) / median(figures.map(({ ms }) => ms)),
      rowsPerSecondBare: (rows * 1000) / median(figures.map(({ bareMs }) => bareMs)),
      timeRatio: median(figures.map(({ ratio }) => ratio)),
      ratio: median(figures.map(({ ratio }) => ratio)) * ((runs * steps) / rows),
    };
  });
}
