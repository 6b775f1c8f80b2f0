// One of several processes that share the orders of a file: works until it is told to end. Prints which runs it has lost.
import { createFlows } from '../../../src/flows.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { leaseMs, registerOrders } from './orders.ts';

const [file = '', log = ''] = process.argv.slice(2);
const store = sqliteStore(file);
const flows = createFlows({ store, lease: leaseMs, owner: `p${process.pid}` });
registerOrders(flows, log);
const lost: string[] = [];
const sink = flows.onInternalError(({ error, runId }) => {
  if ('code' in error && error.code === 'lost-ownership') lost.push(runId);
  else console.error(error);
});
flows.worker({ concurrency: 20, pollEvery: 50 });
console.log('ready');
process.once('SIGTERM', () => {
  void flows.close().then(async () => {
    await store.close();
    await sink.idle();
    console.log(JSON.stringify({ lost }));
  });
});
