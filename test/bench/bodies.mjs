/** How many steps have run. The bodies count so that no compiler can drop them. */
export const tally = { steps: 0 };

/** The functions that are measured: one per step, the same for every contestant. */
export function measuredBodies(shape, mode) {
  return shape.deps.map((_, step) =>
    mode === 'sync'
      ? () => {
          tally.steps += 1;
          return step;
        }
      : async () => {
          tally.steps += 1;
          return step;
        },
  );
}

/** Functions that check what is measured: every step runs once per run, and after all that it waits for. */
export function checkedBodies(shape, mode) {
  const starts = new Array(shape.deps.length).fill(0);
  const ends = new Array(shape.deps.length).fill(0);
  let early = 0;
  const begin = (step) => {
    starts[step] += 1;
    if (shape.deps[step].some((other) => ends[other] < starts[step])) early += 1;
  };
  const end = (step) => {
    ends[step] += 1;
    return step;
  };
  const functions = shape.deps.map((_, step) =>
    mode === 'sync'
      ? () => {
          begin(step);
          return end(step);
        }
      : async () => {
          begin(step);
          await undefined;
          return end(step);
        },
  );
  /** What is wrong, or `undefined`. */
  const problem = () => {
    if (early > 0) return `${early} steps started too early`;
    const wrong = ends.findIndex((count) => count !== shape.runs);
    return wrong < 0 ? undefined : `step ${wrong} ended ${ends[wrong]} times instead of ${shape.runs}`;
  };
  return { functions, problem };
}
