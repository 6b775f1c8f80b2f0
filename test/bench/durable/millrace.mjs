import { createFlows } from '../../../dist/index.js';
import { sqliteStore } from '../../../dist/stores/sqlite.js';
import { tenSteps } from '../shapes.mjs';

const shape = tenSteps(1);
/** How many steps a run has. */
export const steps = shape.deps.length;

/** The ten-step flow of the bench on a file, with bodies that return small values. */
export function openFlows(path, { body = (step) => ({ step, ok: true }), watch = (store) => store, ...options } = {}) {
  const store = sqliteStore(path);
  const flows = createFlows({ ...options, store: watch(store) });
  const flow = flows.registerFlow('bench');
  const process = flow.process('steps');
  const handles = [];
  shape.deps.forEach((deps, step) => handles.push(process.customStep(() => body(step), shape.names[step], ...deps.map((dep) => handles[dep]))));
  flow.compile();
  return { store, flows, flow };
}

/** A store that tells of every batch that is appended. */
export function watching(store, seen) {
  const append = (rows) => {
    seen(rows);
    return store.append(rows);
  };
  return new Proxy(store, { get: (target, name) => (name === 'append' ? append : typeof target[name] === 'function' ? target[name].bind(target) : target[name]) });
}
