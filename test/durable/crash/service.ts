// A service that handles orders until all have ended, and may be killed at any moment: goes on with what the one before it has left,
// starts some of the orders that are missing, or all. With less than all it does not end by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { createFlows } from '../../../src/flows.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { idOf, leaseMs, registerOrders } from './orders.ts';

const [file = '', log = '', orders = '0', starts = '0'] = process.argv.slice(2);
const store = sqliteStore(file);
const flows = createFlows({ store, lease: leaseMs });
const order = registerOrders(flows, log);

const { runs: left } = await flows.runs({ status: 'running', limit: 10_000 });
const known = new Set((await flows.runs({ limit: 100_000 })).runs.map(({ runId }) => runId));
await sleep(Math.max(0, ...left.map(({ leaseUntil }) => leaseUntil - Date.now() + 1)));
console.log('ready');

const recovered = await flows.recover();
const missing = Array.from({ length: Number(orders) }, (_, number) => number).filter((number) => !known.has(idOf(number)));
const started = missing.slice(0, Number(starts)).map((number) => order.start({ number }, { runId: idOf(number) }));
await Promise.all([...recovered, ...started].map((run) => run.done));
if (starts !== orders) await new Promise(() => setInterval(() => undefined, 1_000)); // it is killed, later
await flows.close();
await store.close();
