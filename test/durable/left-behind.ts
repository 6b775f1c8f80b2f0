import type { Flow } from '../../src/index.ts';
import type { Codec } from '../../src/durable/codec.ts';
import type { StoredRow, Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';

interface Damaging {
  readonly codec?: Codec;
  readonly change?: (row: StoredRow) => StoredRow;
}

/**
 * Leaves a run in a store as a process does that dies after some rows, or that ended it: nobody has a lease. `change` damages what it wrote.
 * No time passes meanwhile: when a run gives the event loop its turn, its rows are others.
 */
export async function leftBehind(store: Store, runId: string, define: (flow: Flow<number>) => void, rows: number, damage: Damaging = {}): Promise<void> {
  const { codec, change } = damage;
  const whole = memoryStore();
  const flow = createFlows({ store: whole, clock: virtualClock(Date.now()), ...(codec && { codec }) }).registerFlow<number>('order');
  define(flow);
  await flow.run(7, { runId });
  const { head, rows: all } = (await whole.load(runId))!;
  const [first, ...others] = all.slice(0, rows).map((row) => change?.(row) ?? row);
  await store.create({ runId, flow: head.flow, fingerprint: head.fingerprint, owner: 'gone', leaseUntil: 0, row: first! });
  await store.append(others.map((row, place) => ({ runId, row, ...(place + 2 === all.length && { status: head.status }) })));
}
