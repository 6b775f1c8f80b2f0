/** What each step settles, as one flat array with offsets, and how many each step waits for. Below 1,000 steps plain arrays are faster. */
export function compile(shape) {
  const steps = shape.deps.length;
  const small = steps < 1000;
  const ints = small ? (values) => values : (values) => Int32Array.from(values);
  const dependents = shape.deps.map(() => []);
  shape.deps.forEach((deps, step) => deps.forEach((dep) => dependents[dep].push(step)));
  const offsets = [0];
  for (const list of dependents) offsets.push(offsets[offsets.length - 1] + list.length);
  return {
    steps,
    empty: small ? () => new Array(steps).fill(0) : () => new Int32Array(steps),
    offsets: ints(offsets),
    targets: ints(dependents.flat()),
    waits: ints(shape.deps.map((deps) => deps.length)),
    roots: shape.deps.flatMap((deps, step) => (deps.length === 0 ? [step] : [])),
  };
}

/**
 * The floor: dependency counting over int arrays, a promise only where a function returns one. No errors, no yielding,
 * no context object.
 *
 * @param {import('./shapes.mjs').Shape} shape
 * @param {readonly ((step: number) => unknown)[]} functions
 */
export function prepare(shape, functions) {
  const { steps, empty, offsets, targets, waits, roots } = compile(shape);
  return () => {
    const waiting = waits.slice();
    const ready = empty();
    let head = 0;
    let tail = 0;
    let open = steps;
    let resolve;
    const settle = (step) => {
      open -= 1;
      for (let edge = offsets[step], last = offsets[step + 1]; edge < last; edge++) {
        const target = targets[edge];
        if (--waiting[target] === 0) ready[tail++] = target;
      }
    };
    const settleLater = (step, promise) => {
      promise.then(() => {
        settle(step);
        if (head < tail) drain();
        if (open === 0) resolve();
      });
    };
    const drain = () => {
      while (head < tail) {
        const step = ready[head++];
        const result = functions[step](step);
        if (typeof result === 'object' && result !== null && typeof result.then === 'function') settleLater(step, result);
        else settle(step);
      }
    };
    for (const root of roots) ready[tail++] = root;
    drain();
    return open === 0 ? undefined : new Promise((done) => (resolve = done));
  };
}
