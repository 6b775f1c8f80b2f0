import auto from 'async/auto.js';

/** The tasks are an object that is built once; `auto` reads it in every run. Its callback style serves sync bodies, an async function is taken as it is. */
export function prepare(shape, functions, mode) {
  const tasks = {};
  shape.deps.forEach((deps, step) => {
    const work = functions[step];
    const task = mode === 'async' ? work : deps.length === 0 ? (done) => done(null, work(step)) : (_results, done) => done(null, work(step));
    tasks[shape.names[step]] = [...deps.map((dep) => shape.names[dep]), task];
  });
  return () => auto(tasks);
}
