/** What people write by hand: one promise per step, made in order, waiting with `Promise.all`. */
export function prepare(shape, functions) {
  return () => {
    const ends = [];
    shape.deps.forEach((deps, step) => {
      ends.push(Promise.all(deps.map((dep) => ends[dep])).then(() => functions[step](step)));
    });
    return Promise.all(ends);
  };
}
