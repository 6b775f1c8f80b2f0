// Works on approvals until it is told to end: `asleep` lets go of what waits, `awake` keeps it and does not ask for signals of others.
import { createFlows } from '../../../src/flows.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import { registerApprovals } from './approvals.ts';
import { leaseMs } from './orders.ts';

const [file = '', log = '', mode] = process.argv.slice(2);
const store = sqliteStore(file);
const flows = createFlows({ store, lease: leaseMs, owner: `p${process.pid}`, ...(mode === 'awake' && { signalPoll: '1h' }) });
registerApprovals(flows, log);
flows.onInternalError(({ error }) => console.error(error));
flows.worker({ pollEvery: 50, ...(mode === 'awake' && { evictAfter: '1h' }) });
console.log('ready');
process.once('SIGTERM', () => void flows.close().then(() => store.close()));
