import { existsSync, readFileSync } from 'node:fs';
import type { Row } from '../../../src/durable/entry.ts';
import { jsonCodec } from '../../../src/durable/json-codec.ts';
import { rowOf } from '../../../src/durable/rows.ts';
import type { Store, StoredRun } from '../../../src/durable/store.ts';
import { idOf } from './orders.ts';

/** One line of the log of effects. */
export interface Effect {
  readonly runId: string;
  readonly path: string;
  readonly what: 'begin' | 'retry' | 'end';
  readonly pid: number;
}

/** Reads what was done, in order. A process that was killed leaves no half line: each is written at once. */
export function effectsIn(log: string): readonly Effect[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [number, path = '', what, pid] = line.split(' ');
    return { runId: idOf(Number(number)), path, what: what as Effect['what'], pid: Number(pid) }; // our own program
  });
}

/** All runs of a store with their journals. */
export async function journalsOf(store: Store): Promise<ReadonlyMap<string, readonly Row[]>> {
  const journals = new Map<string, readonly Row[]>();
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await store.list({ limit: 1_000, ...(after !== '' && { after }) });
    for (const { runId } of page.runs) journals.set(runId, rowsOf(await store.load(runId)));
    after = page.next;
  }
  return journals;
}

function rowsOf(run: StoredRun | undefined): readonly Row[] {
  return run?.rows.map((row) => rowOf(row, run.head.runId)) ?? [];
}

/** The steps that have a recorded success, as `run path`. */
export function successesIn(journals: ReadonlyMap<string, readonly Row[]>): readonly string[] {
  return [...journals].flatMap(([runId, rows]) => rows.flatMap(({ entries }) => entries.flatMap((entry) => (entry.t === 'succeeded' ? [`${runId} ${entry.p}`] : []))));
}

/** The recorded successes that another process has made than the one that had the run then. */
export function foreignIn(journals: ReadonlyMap<string, readonly Row[]>): readonly string[] {
  const codec = jsonCodec();
  const foreign: string[] = [];
  for (const [runId, rows] of journals) {
    let owner = '';
    for (const entry of rows.flatMap(({ entries }) => entries)) {
      if (entry.t === 'claimed') owner = entry.owner;
      if (entry.t === 'succeeded' && !owner.startsWith(`p${String(codec.decode(entry.v ?? ''))}#`)) foreign.push(`${runId} ${entry.p} with ${owner}`);
    }
  }
  return foreign;
}

/** How many results each run has: it is to have one. */
export function endsOf(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ entries }) => entries.flatMap((entry) => (entry.t === 'ended' ? [entry.s] : [])));
}

/** The values that come more than once. */
export function repeated(values: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}
