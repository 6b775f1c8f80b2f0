import { createFlows, key } from '../../dist/index.js';

/** Defines a shape as a flow with one process, in a registry of its own. */
export function define(shape, functions, equip = () => {}) {
  const flow = createFlows().registerFlow('bench');
  const process = flow.process('steps');
  const handles = [];
  shape.deps.forEach((deps, step) => {
    handles.push(process.customStep(functions[step], shape.names[step], ...deps.map((dep) => handles[dep])));
  });
  equip(process, handles);
  return flow;
}

/** Nobody listens. */
export function prepare(shape, functions) {
  const flow = define(shape, functions);
  flow.compile();
  return () => flow.run();
}

const number = key('number');

/** Steps that set and read one key. */
function withKey(functions) {
  return functions.map((work, step) => (s) => {
    s.set(number, step);
    s.get(number);
    return work(step);
  });
}

/** A listener on every event, and one key set and read per step. */
export function prepareObserved(shape, functions) {
  const flow = define(shape, withKey(functions));
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

/** One key set and read per step, a condition on every tenth step, and a callback before and after every step. */
export function prepareEquipped(shape, functions) {
  const seen = { callbacks: 0 };
  const count = () => {
    seen.callbacks += 1;
  };
  const flow = define(shape, withKey(functions), (process, handles) => {
    process.beforeStep(count).afterStep(count);
    for (let step = 9; step < handles.length; step += 10) handles[step].neq(number, -1);
  });
  flow.compile();
  return () => flow.run();
}
