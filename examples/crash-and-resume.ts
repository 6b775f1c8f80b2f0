// A service that dies in the middle of its work, and goes on when it is started again.
//
// Run without arguments, this is what looks after the service: it starts it, sees it die, waits a moment as any supervisor does, and
// starts it again. With the folder of the data as an argument it is the service.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, execArgv, execPath, kill, pid } from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { createFlows } from 'millrace';
import { sqliteStore } from 'millrace/sqlite';

interface Order {
  readonly id: string;
  readonly cents: number;
}

const folder = argv[2];
if (folder === undefined) await supervise();
else await serve(folder);

async function supervise(): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'crash-and-resume-'));
  for (let life = 1; ; life++) {
    say(`life ${life}`);
    const { status, signal } = spawnSync(execPath, [...execArgv, import.meta.filename, data], { stdio: 'inherit' });
    say(signal === null ? `  ended with ${status}` : `  killed by ${signal}`);
    if (signal === null) break;
    await wait(1_100); // by then nobody has a lease any more
  }
  rmSync(data, { recursive: true });
}

async function serve(data: string): Promise<void> {
  const bank = join(data, 'bank.txt');
  const store = sqliteStore(join(data, 'orders.db'));
  const flows = createFlows({ store, lease: '1s' });

  const order = flows.registerFlow<Order>('order');
  const fulfil = order.process('fulfil');
  const reserve = fulfil.customStep((s) => {
    say(`  ${s.input.id}: reserve`);
    return `goods of ${s.input.id}`;
  }, 'reserve');
  const charge = reserve.next((s) => {
    const isKnown = pay(bank, s.input.cents, s.idempotencyKey);
    say(`  ${s.input.id}: charge${s.recovering ? ', recovering' : ''}: ${isKnown ? 'the bank knew it' : 'the bank took the money'}`);
    if (s.input.id === 'o-2' && !s.recovering) kill(pid, 'SIGKILL'); // the money is taken, and nobody has written it down
    return s.input.cents;
  }, 'charge');
  charge.next((s) => {
    say(`  ${s.input.id}: ship ${s.result(reserve)}`);
    return `${s.result(charge)} cents paid`;
  }, 'ship');

  const left = await flows.recover();
  if (left.length > 0) say(`  goes on with ${left.map(({ id }) => id).join(', ')}`);
  // The same ids in every life: what was started is joined, and never doubled.
  await order.run({ id: 'o-1', cents: 100 }, { runId: 'o-1' });
  const [two, three] = [order.start({ id: 'o-2', cents: 200 }, { runId: 'o-2' }), order.start({ id: 'o-3', cents: 300 }, { runId: 'o-3' })];
  for (const run of [two, three]) {
    const result = await run.done;
    say(`  ${run.id} ${result.status}: ${String(result.value('fulfil/ship'))}`);
  }
  await store.close();
}

/** Somebody else's system. It takes a key with each payment, and takes the money for one key once. Returns whether it knew the key. */
function pay(file: string, cents: number, key: string): boolean {
  const isKnown = existsSync(file) && readFileSync(file, 'utf8').includes(`${key} `);
  if (!isKnown) appendFileSync(file, `${key} ${cents}\n`);
  return isKnown;
}

/** Writes at once: what a killed process has in its buffers is lost. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

// Output:
// life 1
//   o-1: reserve
//   o-1: charge: the bank took the money
//   o-1: ship goods of o-1
//   o-2: reserve
//   o-3: reserve
//   o-2: charge: the bank took the money
//   killed by SIGKILL
// life 2
//   goes on with o-2, o-3
//   o-2: charge, recovering: the bank knew it
//   o-3: charge, recovering: the bank took the money
//   o-2: ship goods of o-2
//   o-3: ship goods of o-3
//   o-2 succeeded: 200 cents paid
//   o-3 succeeded: 300 cents paid
//   ended with 0
