/** How many steps have run. The bodies count so that no compiler can drop them. */
export const tally = { steps: 0 };

/**
 * The functions that are measured: one per step, the same for every contestant, or with what the contestant does in each of them
 * besides.
 *
 * @param {((s: unknown, step: number) => void) | undefined} use
 */
export function measuredBodies(shape, mode, use) {
  const bodies = use === undefined ? plainBodies : usingBodies;
  return shape.deps.map((_, step) => bodies[mode](step, use));
}

const plainBodies = {
  sync: (step) => () => {
    tally.steps += 1;
    return step;
  },
  async: (step) => async () => {
    tally.steps += 1;
    return step;
  },
};

/** The use stands in the function of the step: a function around another one would be a second one to fetch from memory. */
const usingBodies = {
  sync: (step, use) => (s) => {
    use(s, step);
    tally.steps += 1;
    return step;
  },
  async: (step, use) => async (s) => {
    use(s, step);
    tally.steps += 1;
    return step;
  },
};

/** Functions that check what is measured: every step runs once per run, and after all that it waits for. */
export function checkedBodies(shape, mode, use = () => {}) {
  const starts = new Array(shape.deps.length).fill(0);
  const ends = new Array(shape.deps.length).fill(0);
  let early = 0;
  const begin = (s, step) => {
    use(s, step);
    starts[step] += 1;
    if (shape.deps[step].some((other) => ends[other] < starts[step])) early += 1;
  };
  const end = (step) => {
    ends[step] += 1;
    return step;
  };
  const functions = shape.deps.map((_, step) =>
    mode === 'sync'
      ? (s) => {
          begin(s, step);
          return end(step);
        }
      : async (s) => {
          begin(s, step);
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
