import { setTimeout as sleep } from 'node:timers/promises';
import { createFlows } from '../../../src/flows.ts';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import type { Place } from '../../stores/files.ts';
import { type Child, program } from './child.ts';
import { type Effect, effectsIn, endsOf, foreignIn, journalsOf, repeated, successesIn } from './effects.ts';
import { idOf, leaseMs, registerOrders, stepsOfAnOrder } from './orders.ts';

/** What came of it. All lists are to be empty. */
export interface Shared {
  readonly claims: number;
  /** How many runs were taken from a process that was not killed. While the one that sleeps has the file locked, the other one cannot renew its leases. */
  readonly lost: number;
  /** Steps that began more than once. */
  readonly repeats: number;
  /** Orders whose result is not one success. */
  readonly wrong: readonly string[];
  /** Steps that began once more although who was at work on them was not killed, and has not lost the run. */
  readonly again: readonly string[];
  /** Steps with more than one recorded success. */
  readonly twice: readonly string[];
  /** Successes of who did not have the run. */
  readonly foreign: readonly string[];
  readonly damage: readonly string[];
  readonly stderr: string;
}

/**
 * Lets two processes share orders; one is killed when a third is done and another one takes its place, the other is stopped for longer than
 * its lease when half of them are done, and goes on. Says what is wrong with what they leave.
 */
export async function share({ file, folder }: Place, orders: number): Promise<Shared> {
  const log = `${folder}/effects.log`;
  await using store = sqliteStore(file);
  await using flows = createFlows({ store });
  const order = registerOrders(flows, log);
  await Promise.all(Array.from({ length: orders }, (_, number) => flows.submit(order, { number }, { runId: idOf(number) })));
  const start = (): Child => program('peer', file, log);
  const posted = async (part: number): Promise<void> => {
    while (effectsIn(log).filter(({ path, what }) => path === 'deliver/post' && what === 'end').length < orders * part) await sleep(5);
  };

  const [sleeper, victim] = [start(), start()];
  await Promise.all([sleeper.ready, victim.ready]);
  await posted(1 / 3);
  victim.kill('SIGKILL');
  const heir = start();
  await posted(1 / 2);
  sleeper.kill('SIGSTOP');
  await heir.ready;
  await sleep(2 * leaseMs);
  sleeper.kill('SIGCONT');
  while ((await store.list({ status: 'running', limit: 1 })).runs.length > 0) await sleep(20);
  for (const child of [sleeper, heir]) child.kill('SIGTERM');
  const [slept, inherited, died] = await Promise.all([sleeper.ended, heir.ended, victim.ended]);

  const journals = await journalsOf(store);
  const successes = successesIn(journals);
  const wrong = [...journals].filter(([, rows]) => endsOf(rows).join() !== 'succeeded').map(([runId, rows]) => `${runId} ended ${endsOf(rows).join()}`);
  if (successes.length !== orders * stepsOfAnOrder) wrong.push(`${successes.length} successes are recorded`);
  for (const { code } of [slept, inherited]) if (code !== 0) wrong.push(`a process ended with ${String(code)}`);
  const repeats = repeatsIn(effectsIn(log));
  const lost = new Map([[sleeper.pid, lostOf(slept.stdout)], [heir.pid, lostOf(inherited.stdout)]]);
  return {
    claims: [...journals.values()].flatMap((rows) => rows.flatMap(({ entries }) => entries.filter(({ t }) => t === 'claimed'))).length,
    lost: [...lost.values()].flat().length,
    repeats: repeats.length,
    wrong,
    again: repeats.filter(({ pid, runId }) => pid !== victim.pid && lost.get(pid)?.includes(runId) !== true).map(({ runId, path }) => `${runId} ${path}`),
    twice: repeated(successes),
    foreign: foreignIn(journals),
    damage: await store.checkIntegrity(),
    stderr: slept.stderr + inherited.stderr + died.stderr,
  };
}

/** The beginnings of steps that another one of the same step came after, without a failure between them that is tried again. */
function repeatsIn(effects: readonly Effect[]): readonly Effect[] {
  const open = new Map<string, Effect>();
  const repeats: Effect[] = [];
  for (const effect of effects) {
    const step = `${effect.runId} ${effect.path}`;
    const before = open.get(step);
    if (effect.what === 'retry' && before?.pid === effect.pid) open.delete(step);
    if (effect.what !== 'begin') continue;
    if (before !== undefined) repeats.push(before);
    open.set(step, effect);
  }
  return repeats;
}

function lostOf(stdout: string): readonly string[] {
  const { lost } = JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? '{"lost":[]}') as { readonly lost: readonly string[] }; // our own program
  return lost;
}
