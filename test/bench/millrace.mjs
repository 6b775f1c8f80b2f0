import { createFlows, key } from '../../dist/index.js';

/** Defines a shape as a flow with one process, in a registry of its own. */
export function define(shape, functions) {
  const flow = createFlows().registerFlow('bench');
  const process = flow.process('steps');
  const handles = [];
  shape.deps.forEach((deps, step) => {
    handles.push(process.customStep(functions[step], shape.names[step], ...deps.map((dep) => handles[dep])));
  });
  return flow;
}

/** Nobody listens. */
export function prepare(shape, functions) {
  const flow = define(shape, functions);
  flow.compile();
  return () => flow.run();
}

const number = key('number');

/** A listener on every event, and one key set and read per step. */
export function prepareObserved(shape, functions) {
  const flow = define(
    shape,
    functions.map((work, step) => (s) => {
      s.set(number, step);
      s.get(number);
      return work(step);
    }),
  );
  flow.compile();
  const seen = { events: 0 };
  return () => {
    const run = flow.start();
    run.on('*', () => {
      seen.events += 1;
    });
    return run.done;
  };
}
