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

/** What a step does that sets and reads one key. */
export function useKey(s, step) {
  s.set(number, step);
  s.get(number);
}

/** A listener on every event. */
export function prepareObserved(shape, functions) {
  const flow = define(shape, functions);
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

/** A condition on every tenth step, and a callback before and after every step. */
export function prepareEquipped(shape, functions) {
  const seen = { callbacks: 0 };
  const count = () => {
    seen.callbacks += 1;
  };
  const flow = define(shape, functions, (process, handles) => {
    process.beforeStep(count).afterStep(count);
    for (let step = 9; step < handles.length; step += 10) handles[step].neq(number, -1);
  });
  flow.compile();
  return () => flow.run();
}
