import { openFlows, steps } from './millrace.mjs';

/** Starts runs that stay at their last step, and dies when all of them have come there and everything is recorded. */
const [path, runs, leaseMs] = process.argv.slice(2);
let waiting = 0;
const { flows, flow } = openFlows(path, {
  lease: Number(leaseMs),
  body: (step) => {
    if (step < steps - 1) return { step, ok: true };
    waiting += 1;
    if (waiting === Number(runs)) void flows.idle().then(() => process.kill(process.pid, 'SIGKILL'));
    return new Promise(() => {});
  },
});
for (let run = 0; run < Number(runs); run++) flow.start();
