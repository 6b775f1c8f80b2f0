import type { Applied, ApplyOptions } from '../../src/define/apply.ts';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import type { Flow } from '../../src/define/flow.ts';

/** What a controller keeps between two applies: the text of a snapshot. */
export function saved(snapshot: FlowSnapshot): FlowSnapshot {
  return JSON.parse(JSON.stringify(snapshot)) as FlowSnapshot; // what was written is what is read
}

/** Applies a flow again and again, with nothing but text in between, until it has ended. Returns every apply. */
export async function applied(flow: Flow<never>, options: ApplyOptions<unknown> = {}, limit = 1000): Promise<readonly Applied[]> {
  const all: Applied[] = [];
  let snapshot: FlowSnapshot | null = null;
  for (let count = 0; count < limit; count++) {
    const one: Applied = await flow.apply(snapshot, options as never); // the callers know the input of their flow
    all.push(one);
    snapshot = saved(one.snapshot);
    if (one.status !== 'running' && one.status !== 'waiting') return all;
  }
  throw new Error(`the run has not ended after ${limit} applies`);
}
