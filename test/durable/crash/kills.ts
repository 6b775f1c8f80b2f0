import { setTimeout as sleep } from 'node:timers/promises';
import { sqliteStore } from '../../../src/stores/sqlite.ts';
import type { Place } from '../../stores/files.ts';
import { program } from './child.ts';
import { effectsIn, endsOf, journalsOf, repeated, successesIn } from './effects.ts';
import { stepsOfAnOrder } from './orders.ts';

/** How a service is killed. */
export interface Killing {
  readonly orders: number;
  readonly kills: number;
  readonly seed: number;
  /** The longest time that it lives, from the moment when it begins to work, in milliseconds. */
  readonly longestMs: number;
}

/** What came of it. All lists are to be empty. */
export interface Killed {
  readonly kills: number;
  /** How many kills have hit a run at work. */
  readonly hits: number;
  readonly recorded: number;
  readonly begun: number;
  /** Orders whose result is not one success. */
  readonly wrong: readonly string[];
  /** Steps that began after their success was recorded. */
  readonly again: readonly string[];
  /** Steps with more than one recorded success. */
  readonly twice: readonly string[];
  readonly damage: readonly string[];
  readonly stderr: string;
}

/** Kills a service with SIGKILL at random moments and starts it again, then lets it end, and says what is wrong with what it leaves. */
export async function killService({ file, folder }: Place, { orders, kills, seed, longestMs }: Killing): Promise<Killed> {
  const log = `${folder}/effects.log`;
  const random = numbers(seed);
  const recorded = new Set<string>();
  const again: string[] = [];
  let [seen, killed, hits, stderr] = [0, 0, 0, ''];
  /** Looks at what was done since the last time, and at what is recorded by now. */
  const look = async (): Promise<void> => {
    const effects = effectsIn(log);
    for (const { runId, path, what } of effects.slice(seen)) if (what === 'begin' && recorded.has(`${runId} ${path}`)) again.push(`${runId} ${path}`);
    seen = effects.length;
    await using store = sqliteStore(file);
    for (const step of successesIn(await journalsOf(store))) recorded.add(step);
    if ((await store.list({ status: 'running', limit: 1 })).runs.length > 0) hits += 1;
  };
  while (killed < kills) {
    const child = program('service', file, log, String(orders), String(Math.ceil(orders / kills)));
    await child.ready;
    await sleep(random() * longestMs);
    child.kill('SIGKILL');
    const { signal, ...end } = await child.ended;
    if (signal !== 'SIGKILL') throw new Error(`the service ended by itself: ${end.stderr}`);
    stderr += end.stderr;
    killed += 1;
    await look();
  }
  const last = await program('service', file, log, String(orders), String(orders)).ended;
  await look();
  await using store = sqliteStore(file);
  const journals = await journalsOf(store);
  const successes = successesIn(journals);
  const wrong = [...journals].filter(([, rows]) => endsOf(rows).join() !== 'succeeded').map(([runId, rows]) => `${runId} ended ${endsOf(rows).join()}`);
  if (journals.size !== orders) wrong.push(`${journals.size} of ${orders} orders are recorded`);
  if (successes.length !== orders * stepsOfAnOrder) wrong.push(`${successes.length} successes are recorded`);
  if (last.code !== 0) wrong.push(`the last service ended with ${String(last.code ?? last.signal)}`);
  return {
    kills: killed,
    hits,
    recorded: successes.length,
    begun: effectsIn(log).filter(({ what }) => what === 'begin').length,
    wrong,
    again,
    twice: repeated(successes),
    damage: await store.checkIntegrity(),
    stderr: stderr + last.stderr,
  };
}

/** Numbers from 0 to below 1 that are the same for one seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
