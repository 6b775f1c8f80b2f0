// Who ran when, written to a table; and one place that hears what went wrong outside the steps of all runs of a service.
import { createFlows, type FlowRecord, type InternalError, type ProcessRecord, type StepRecord } from 'millrace';
import { virtualClock } from 'millrace/testing';

const clock = virtualClock(1_000);
let count = 0;
const flows = createFlows({ clock, ids: () => `r-${++count}` });

// A table as a database would hold it: inserted when something begins, updated when it has ended.
const table = new Map<string, string>();
const write = (record: FlowRecord | ProcessRecord | StepRecord): void => {
  const name = 'path' in record ? record.path : 'process' in record ? record.process : record.flow;
  table.set(`${record.runId} ${name}`, `${record.status}, from ${record.startedAt} to ${record.endedAt ?? '?'}`);
};
flows.records({
  flow: { insert: write, update: write },
  process: { insert: write, update: write },
  step: {
    insert: write,
    update(record) {
      write(record);
      if (record.error !== undefined) throw new Error(`the column for '${record.error.message}' is too short`);
    },
  },
});

const approve = flows.registerFlow<{ amount: number }>('approve');
const review = approve.process('review');
const check = review.customStep((s) => {
  if (s.input.amount > 1_000) throw new Error('above the limit of a team');
  return 'fine';
}, 'check');
const grant = check.next(() => new Promise<string>((resolve) => void clock.setTimer(500, () => resolve('granted'))), 'grant');
grant.when((s) => s.outcome('chek').status === 'succeeded').or().gt('amount', 0); // a typo in a predicate is an event, too
grant.afterStep(() => {
  throw new Error('no mail server');
});

// Two errors fit into the queue of this slow handler, the others are counted.
const told: string[] = [];
const sink = flows.onInternalError(({ runId, stage, path, error }: InternalError) => void told.push(`${runId} ${stage} ${path}: ${error.message}`));
const narrow = flows.onInternalError(() => new Promise<void>((resolve) => void clock.setTimer(60_000, resolve)), { capacity: 1 });

const runs = [500, 700, 4_200].map((amount) => approve.start({ amount }));
await clock.advance('1s');
for (const { done } of runs) console.log((await done).explain(grant));
await sink.idle();
console.log(told.sort().join('\n'));
console.log(`${sink.handled} handled, ${narrow.discarded} without room`);
for (const [name, row] of [...table].sort()) if (!name.startsWith('r-2')) console.log(`${name}: ${row}`);

// Output:
// grant: succeeded
// grant: succeeded
// grant: cancelled ← check: failed: above the limit of a team
// r-1 callback review/grant: no mail server
// r-1 condition review/grant: there is no step 'chek' in flow 'approve'; did you mean 'check'?
// r-2 callback review/grant: no mail server
// r-2 condition review/grant: there is no step 'chek' in flow 'approve'; did you mean 'check'?
// r-3 persist review/check: the column for 'above the limit of a team' is too short
// 5 handled, 3 without room
// r-1 approve: succeeded, from 1000 to 1500
// r-1 review: succeeded, from 1000 to 1500
// r-1 review/check: succeeded, from 1000 to 1000
// r-1 review/grant: succeeded, from 1000 to 1500
// r-3 approve: failed, from 1000 to 1000
// r-3 review: failed, from 1000 to 1000
// r-3 review/check: failed, from 1000 to 1000
