import { withFiles } from './files.mjs';
import { median } from '../measure.mjs';
import { tenSteps } from '../shapes.mjs';

const shape = tenSteps(1);

/** The peer needs `node:sqlite`. */
export const runsHere = process.getBuiltinModule?.('node:sqlite') !== undefined;

/** The ten-step flow in OpenWorkflow on a SQLite file: steps that wait for the same ones run side by side. */
export async function measureOpenWorkflow({ runs, rounds }) {
  if (!runsHere) return { missing: 'needs node:sqlite: run the bench with Node 22.13 or later' };
  const { OpenWorkflow } = await import('openworkflow');
  const { BackendSqlite } = await import('openworkflow/sqlite');
  const pass = async (path) => {
    const backend = BackendSqlite.connect(path);
    const ow = new OpenWorkflow({ backend });
    let ran = 0;
    const workflow = ow.defineWorkflow({ name: 'bench' }, async ({ step }) => {
      const open = [];
      shape.deps.forEach((deps, index) => {
        const before = Promise.all(deps.map((dep) => open[dep]));
        open.push(before.then(() => step.run({ name: shape.names[index] }, () => ({ step: (ran += 1), ok: true }))));
      });
      await Promise.all(open);
      return ran;
    });
    const worker = ow.newWorker({ concurrency: runs });
    const start = performance.now();
    const handles = await Promise.all(Array.from({ length: runs }, () => workflow.run()));
    await worker.start();
    await Promise.all(handles.map((handle) => handle.result()));
    const ms = performance.now() - start;
    await worker.stop();
    await backend.stop();
    return { ms, wrong: ran === runs * shape.deps.length ? undefined : `${ran} steps ran instead of ${runs * shape.deps.length}` };
  };
  return withFiles(async (file) => {
    const times = [];
    for (let round = 0; round < rounds; round++) {
      const { ms, wrong } = await pass(file());
      if (wrong !== undefined) return { wrong };
      times.push(ms);
    }
    return { runs, stepsPerSecond: (runs * shape.deps.length * 1000) / median(times) };
  });
}
