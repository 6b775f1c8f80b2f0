// An expense that somebody has to approve: it waits for days in a file and takes no memory, reminds the manager after a while, and gives up
// in the end. The manager sits in another process.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFlows } from 'millrace';
import { sqliteStore } from 'millrace/sqlite';
import { virtualClock } from 'millrace/testing';

interface Expense {
  readonly what: string;
  readonly cents: number;
}

interface Answer {
  readonly isApproved: boolean;
  readonly by: string;
}

const folder = mkdtempSync(join(tmpdir(), 'approval-'));
const clock = virtualClock(Date.UTC(2026, 0, 1)); // days pass in no time here; leave it out and they take days
const day = () => Math.round((clock.now() - Date.UTC(2026, 0, 1)) / 86_400_000);
const say = (text: string): void => console.log(`day ${day()}: ${text}`);

/** One process of the service. All of them register the same flow. */
function service(name: string) {
  const store = sqliteStore(join(folder, 'expenses.db'));
  const flows = createFlows({ store, clock, owner: name });
  const expense = flows.registerFlow<Expense>('expense');

  const request = expense.process('request');
  const ask = request.customStep((s) => say(`${name}: please approve ${s.input.what}`), 'ask');
  const decision = request
    .retry(
      (wait) => wait.waitForSignal<'answer', Answer>('answer', { timeout: '7d' }),
      'decision',
      (s, _, attempt) => {
        if (attempt === 1) say(`${name}: ${s.input.what} still waits`);
        return attempt === 1;
      },
    )
    .after(ask);
  request.customStep((s) => {
    const { isApproved, by } = s.result(decision);
    if (!isApproved) throw new Error(`${by} said no`);
    say(`${name}: ${s.input.what} is paid, ${by} approved it`);
  }, 'pay', decision);
  return { store, flows, expense };
}

const first = service('first');
for (const what of ['a desk', 'a boat', 'a train']) await first.flows.submit(first.expense, { what, cents: 30_000 }, { runId: what });
const worker = first.flows.worker({ pollEvery: '1h' });
await worker.idle();
say(`${worker.atWork} runs are at work`);

await clock.advance('2d');
await first.flows.sendSignal('a desk', 'answer', { isApproved: true, by: 'anna' }, { id: 'mail-1' });
await first.flows.sendSignal('a desk', 'answer', { isApproved: true, by: 'anna' }, { id: 'mail-1' }); // the mail came twice
await worker.idle();
await first.flows.close();
await first.store.close();

await clock.advance('6d'); // nobody is there for a while
const second = service('second');
const other = second.flows.worker({ pollEvery: '1h' });
await other.idle();
await second.flows.sendSignal('a boat', 'answer', { isApproved: false, by: 'bert' });
await other.idle();
await clock.advance('10d');
await other.idle();

for (const what of ['a desk', 'a boat', 'a train']) {
  const result = await second.flows.result(what);
  say(`${what}: ${result?.status ?? 'open'}${result?.errors.map(({ path }) => ` at ${path}`).join('') ?? ''}`);
}
await second.flows.close();
await second.store.close();
rmSync(folder, { recursive: true });

// Output:
// day 0: first: please approve a desk
// day 0: first: please approve a boat
// day 0: first: please approve a train
// day 0: 0 runs are at work
// day 2: first: a desk is paid, anna approved it
// day 8: second: a boat still waits
// day 8: second: a train still waits
// day 18: a desk: succeeded
// day 18: a boat: failed at request/pay
// day 18: a train: failed at request/decision#2/answer
