/** What `npm run bench` holds millrace to. Times are ratios to the floor. */
export const bounds = {
  millrace: { sync: 4, async: 2 },
  observed: { sync: 12, async: 4 },
  /** Only for the layered shape of 10,000 steps. */
  equipped: { async: 6 },
  /** Compiling 10,000 steps, as a ratio to graphlib storing them. */
  compile: 3,
  /** Cost per step at 100,000 steps, as a ratio to 1,000. */
  growth: 2,
  blockMs: 20,
  bytesPerRun: 4096,
  /** Durable steps per second, as a ratio to the records per second that the bare driver commits in the same batches; at least this. */
  throughput: 0.7,
  /** What recording adds to a single run for each step, in bare commits. */
  latency: 2,
  /** Until all unfinished runs go on, as a ratio to a bare scan of their rows. */
  recovery: 3,
  /** Heap of all runs that sleep beside a worker: 10,000 of them. */
  sleepersBytes: 20_000_000,
  /** Steps per second when all of them wake at once, as a ratio to the durable steps per second of runs side by side; at least this. */
  waking: 0.5,
  /** Applies per second with budget 'ready' on a flow of ten steps, from text to text; at least this. */
  applies: 50_000,
  /** How much faster than its snapshot the cost of an apply grows, from ten steps to a thousand. */
  applyGrowth: 1,
};
