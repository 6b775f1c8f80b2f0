import { compile } from './floor.mjs';

/*
 * What the floor leaves out of a run, written by hand. It has no statuses, no errors, no stops, and a key is seen by its own step only: what a
 * library costs beyond this is the price of these. The loop is written out once more, because calls of shared parts would be measured, too.
 */

/** What a function gets: enough to find out everything else when it is asked for. */
class Context {
  constructor(run, step) {
    this.run = run;
    this.step = step;
    this.attempt = 1;
  }

  set(key, value) {
    this.run.column(key)[this.step] = value;
  }

  get(key) {
    return this.run.column(key)[this.step];
  }
}

class Run {
  constructor(steps, listener) {
    this.steps = steps;
    this.listener = listener;
    this.id = '1';
    this.values = new Array(steps);
    this.startedAt = Date.now();
    this.endedAt = this.startedAt;
    this.key = undefined;
    this.written = undefined;
  }

  column(key) {
    if (this.key === key) return this.written;
    this.key = key;
    return (this.written = new Array(this.steps).fill(undefined));
  }
}

class Result {
  constructor({ id, values, startedAt, endedAt }) {
    this.id = id;
    this.status = 'succeeded';
    this.values = values;
    this.startedAt = startedAt;
    this.endedAt = endedAt;
  }
}

/** The floor, with a context for every function, all results, two times, and a promise of all that. */
export function prepare(shape, functions) {
  return runner(shape, functions, () => undefined);
}

/** The same, telling one listener of everything. */
export function prepareObserved(shape, functions) {
  return runner(shape, functions, () => {
    const seen = { events: 0 };
    return () => {
      seen.events += 1;
    };
  });
}

function runner(shape, functions, listenerOf) {
  const { steps, empty, offsets, targets, waits, roots } = compile(shape);
  const { names } = shape;
  const paths = names.map((name) => `steps/${name}`);
  const flow = 'bench';
  const process = 'steps';
  return () => {
    const run = new Run(steps, listenerOf());
    const { id, values, listener } = run;
    const waiting = waits.slice();
    const ready = empty();
    let head = 0;
    let tail = 0;
    let open = steps;
    let resolve;
    /** The time, as long as no function has run since it was read. */
    let now = run.startedAt;
    const settle = (step, value) => {
      values[step] = value;
      if (listener !== undefined) {
        now = Date.now();
        listener({ type: 'step-ended', runId: id, flow, at: now, path: paths[step], process, step: names[step], outcome: { status: 'succeeded', value }, attempts: 1 });
      }
      open -= 1;
      for (let edge = offsets[step], last = offsets[step + 1]; edge < last; edge++) {
        const target = targets[edge];
        if (--waiting[target] === 0) ready[tail++] = target;
      }
    };
    const settleLater = (step, promise) => {
      promise.then((value) => {
        settle(step, value);
        if (head < tail) drain();
        if (open === 0) resolve(end());
      });
    };
    const start = (step) => {
      if (listener !== undefined) {
        if (now === 0) now = Date.now();
        listener({ type: 'step-started', runId: id, flow, at: now, path: paths[step], process, step: names[step], attempt: 1 });
        now = 0;
      }
      return functions[step](new Context(run, step));
    };
    const drain = () => {
      while (head < tail) {
        const step = ready[head++];
        const result = start(step);
        if (typeof result === 'object' && result !== null && typeof result.then === 'function') settleLater(step, result);
        else settle(step, result);
      }
    };
    const end = () => {
      run.endedAt = listener === undefined ? Date.now() : now;
      if (listener !== undefined) {
        listener({ type: 'process-ended', runId: id, flow, at: now, process, status: 'succeeded' });
        listener({ type: 'run-ended', runId: id, flow, at: now, status: 'succeeded' });
      }
      return new Result(run);
    };
    if (listener !== undefined) listener({ type: 'run-started', runId: id, flow, at: now });
    for (const root of roots) ready[tail++] = root;
    drain();
    return open === 0 ? Promise.resolve(end()) : new Promise((done) => (resolve = done));
  };
}
