// Retries, timeouts and limits said once for a service, and otherwise where it matters; `explain` says who said what.
import { createFlows } from 'millrace';
import { virtualClock } from 'millrace/testing';

const clock = virtualClock();
// For every flow of the service.
const flows = createFlows({ clock, stepRetry: { retries: 2, delay: '1s', backoff: 'fixed' }, stepTimeout: '30s', concurrency: 32 });

// A process that other flows merge brings the settings of its steps along, below those of the flow that takes it.
const checks = flows.registerFlow<unknown>('library').process('checks');
checks.customStep(() => 'in stock', 'stock').stepTimeout('5s').stepRetry(5);

const order = flows.registerFlow<{ id: string }>('order').stepTimeout('10s').processTimeout('5m').concurrency(8);
const fulfil = order.process('fulfil').concurrency(2);
const stock = fulfil.merge(checks).step('stock');
const charge = fulfil
  .customStep(() => Promise.reject(new Error('card declined')), 'charge', stock)
  .stepRetry(0); // never charge twice: 0 is said, so nothing above counts
const notify = fulfil.always((s) => {
  if (s.attempt < 3) throw new Error('mail server busy');
  return `attempt ${s.attempt}`;
}, 'notify');

for (const step of [stock, charge, notify]) console.log(`${step.name}\n${order.explain(step).toTable()}\n`);

const run = order.start({ id: 'o-1' });
run.on('step-ended', ({ at, step, outcome, attempts }) => console.log(`${at} ms: ${step} ${outcome.status}, attempts: ${attempts}`));
await clock.advance('1m');
console.log((await run.done).status);

// Output:
// stock
// | Setting            | Value     | From                        |
// | ------------------ | --------- | --------------------------- |
// | stepRetry          | 5         | merged library/checks/stock |
// | stepTimeout        | 10000 ms  | flow order                  |
// | processTimeout     | 300000 ms | flow order                  |
// | processConcurrency | 2         | process fulfil              |
// | flowConcurrency    | 8         | flow order                  |
//
// charge
// | Setting            | Value     | From               |
// | ------------------ | --------- | ------------------ |
// | stepRetry          | 0         | step fulfil/charge |
// | stepTimeout        | 10000 ms  | flow order         |
// | processTimeout     | 300000 ms | flow order         |
// | processConcurrency | 2         | process fulfil     |
// | flowConcurrency    | 8         | flow order         |
//
// notify
// | Setting            | Value                   | From           |
// | ------------------ | ----------------------- | -------------- |
// | stepRetry          | 2, delay 1000 ms, fixed | registry       |
// | stepTimeout        | 10000 ms                | flow order     |
// | processTimeout     | 300000 ms               | flow order     |
// | processConcurrency | 2                       | process fulfil |
// | flowConcurrency    | 8                       | flow order     |
//
// 0 ms: stock succeeded, attempts: 1
// 0 ms: charge failed, attempts: 1
// 2000 ms: notify succeeded, attempts: 3
// failed
