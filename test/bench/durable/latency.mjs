import { median } from '../measure.mjs';
import { define } from '../millrace.mjs';
import { chain } from '../shapes.mjs';
import { createFlows } from '../../../dist/index.js';
import { sqliteStore } from '../../../dist/stores/sqlite.js';
import { openBare } from './driver.mjs';
import { withFiles } from './files.mjs';

const steps = 10;

/** What recording adds to a single run, in bare commits for each step: a chain, so that no step shares a commit. */
export async function measureLatency({ runs, rounds }) {
  return withFiles(async (file) => {
    const shape = chain(steps);
    const functions = shape.deps.map((_, step) => () => step);
    const plain = define(shape, functions);
    plain.compile();
    const store = sqliteStore(file());
    const flow = createFlows({ store }).registerFlow('bench');
    const process = flow.process('steps');
    const handles = [];
    shape.deps.forEach((deps, step) => handles.push(process.customStep(functions[step], shape.names[step], ...deps.map((dep) => handles[dep]))));
    const database = openBare(file());
    database.exec('CREATE TABLE journal (run TEXT NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID');
    const insert = database.prepare('INSERT INTO journal (run, seq, text) VALUES (?, ?, ?)');
    const text = JSON.stringify([{ t: 'succeeded', p: 'steps/s1', v: '[1]' }, { t: 'started', p: 'steps/s2', n: 1 }]);
    let commits = 0;
    const commit = () => {
      database.exec('BEGIN IMMEDIATE');
      insert.run('run', commits++, text);
      database.exec('COMMIT');
    };
    const timed = async (work) => {
      const start = performance.now();
      for (let run = 0; run < runs; run++) await work();
      return (performance.now() - start) / runs;
    };
    await timed(() => flow.run());
    const figures = [];
    for (let round = 0; round < rounds; round++) {
      const commitMs = await timed(commit);
      const plainMs = await timed(() => plain.run());
      const durableMs = await timed(() => flow.run());
      figures.push({ commitMs, durableMs, ratio: (durableMs - plainMs) / steps / commitMs });
    }
    database.close();
    await store.close();
    return {
      commitUs: median(figures.map(({ commitMs }) => commitMs)) * 1000,
      runUs: median(figures.map(({ durableMs }) => durableMs)) * 1000,
      ratio: median(figures.map(({ ratio }) => ratio)),
    };
  });
}
