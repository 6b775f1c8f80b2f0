import { once } from 'node:events';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../measure.mjs';
import { openBare } from './driver.mjs';
import { withFiles } from './files.mjs';
import { openFlows } from './millrace.mjs';

/** The shortest lease that there is: the runs of the process that died are free when it is over. */
const leaseMs = 1000;

const never = new Promise(() => {});

/** Leaves `runs` runs behind at their last step, as a process does that is killed. */
async function leaveBehind(path, runs) {
  const child = fork(fileURLToPath(new URL('./unfinished.mjs', import.meta.url)), [path, String(runs), String(leaseMs)], { stdio: 'inherit' });
  await once(child, 'exit');
}

/** How long it takes until all unfinished runs go on, beside a bare scan of the same rows. */
export async function measureRecovery({ runs, rounds }) {
  return withFiles(async (file) => {
    const figures = [];
    for (let round = 0; round < rounds; round++) {
      const path = file();
      await leaveBehind(path, runs);
      await new Promise((wake) => setTimeout(wake, leaseMs));
      const scan = () => {
        const database = openBare(path);
        const start = performance.now();
        const rows = database.prepare('SELECT run, seq, at, text FROM journal ORDER BY run, seq').all();
        const ms = performance.now() - start;
        database.close();
        return { ms, rows: rows.length };
      };
      scan();
      globalThis.gc?.();
      const bare = scan();
      globalThis.gc?.();
      const { store, flows } = openFlows(path, { lease: '1h', body: () => never });
      const start = performance.now();
      const recovered = await flows.recover();
      const ms = performance.now() - start;
      if (recovered.length !== runs) return { wrong: `${recovered.length} runs were recovered instead of ${runs}` };
      figures.push({ ms, bareMs: bare.ms, rows: bare.rows, ratio: ms / bare.ms });
      await store.close();
    }
    return {
      runs,
      rows: figures[0].rows,
      ms: median(figures.map(({ ms }) => ms)),
      bareMs: median(figures.map(({ bareMs }) => bareMs)),
      ratio: median(figures.map(({ ratio }) => ratio)),
    };
  });
}
