import type { SqlRow } from './sqlite-driver.ts';
import { checksum, damaged, type Journal } from './sqlite-rows.ts';
import { type Statements, TEXTS_END } from './sqlite-statements.ts';

/**
 * Returns the journals of runs, by their numbers; a run without a row is left out. All rows of a run come as one: to make an object of each
 * takes a driver longer than everything else. A row that has no part in that, because something in it is not of its type or looks like the
 * end of a text, is damaged, or of a store that somebody uses for other texts: its run is read row by row.
 *
 * @param runs - with the number of the snapshot of each
 */
export function journalsOf(sql: Statements, runs: readonly SqlRow[]): ReadonlyMap<number, Journal> {
  const journals = new Map<number, Journal>();
  const snapshots = new Map<number, number>();
  for (const run of runs) if (run['snapshot_seq'] !== null) snapshots.set(Number(run['id']), Number(run['snapshot_seq']));
  const others: number[] = [];
  for (const group of sql.journalsOf.all(JSON.stringify(runs.map((run) => run['id'])))) {
    const run = Number(group['run']);
    const journal = journalIn(group, snapshots.get(run) ?? 0);
    if (journal === undefined) others.push(run);
    else journals.set(run, journal);
  }
  if (others.length > 0) readEach(sql, others, snapshots, journals);
  return journals;
}

/** @returns `undefined` if the parts are not as many as the rows, or the rows are not in their order */
function journalIn({ count, numbers, texts }: SqlRow, from: number): Journal | undefined {
  const parts = String(texts).split(TEXTS_END);
  const values = wholeNumbers(String(numbers));
  if (parts.length !== count || values.length !== 3 * parts.length) return undefined;
  const journal: Journal = { rows: [], last: 0, damage: undefined };
  for (let part = 0; part < parts.length; part++) {
    const seq = values[3 * part] as number; // they were counted
    if (seq <= journal.last) return undefined;
    add(journal, from, seq, values[3 * part + 1] as number, values[3 * part + 2] as number, parts[part] as string);
  }
  return journal;
}

function readEach(sql: Statements, runs: readonly number[], snapshots: ReadonlyMap<number, number>, journals: Map<number, Journal>): void {
  for (const { run, seq, at, sum, text } of sql.rowsOf.all(JSON.stringify(runs))) {
    const number = Number(run);
    const journal = journals.get(number) ?? { rows: [], last: 0, damage: undefined };
    journals.set(number, journal);
    add(journal, snapshots.get(number) ?? 0, Number(seq), Number(at), Number(sum), String(text));
  }
}

function add(journal: Journal, from: number, seq: number, at: number, sum: number, text: string): void {
  journal.last = seq;
  if (seq <= from) return;
  if (checksum(text) !== sum) journal.damage ??= damaged('row', seq);
  journal.rows.push({ seq, at, text });
}

const ZERO = 48;

/** The whole numbers in a text, each with one character behind it, which is no digit. */
function wholeNumbers(text: string): readonly number[] {
  const numbers: number[] = [];
  let number = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit >= 0 && digit <= 9) {
      number = number * 10 + digit;
    } else {
      numbers.push(number);
      number = 0;
    }
  }
  return numbers;
}
