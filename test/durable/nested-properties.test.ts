import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry, Path, Row } from '../../src/durable/entry.ts';
import { fold } from '../../src/durable/fold.ts';
import { snapshotOf, snapshotText } from '../../src/durable/snapshot-text.ts';
import { created, timeOf } from './journal.ts';

/*
 * Random journals of a loop in whose body is a forEach, of whose items each has a step and a group, and a step beside. Who writes them keeps a
 * book of his own: which paths are known, with what state, found by their beginnings.
 */

interface Choice {
  readonly act: 'start' | 'end'   | 'again' | 'expand' | 'item' | 'claim' | 'recover';
  readonly on: number;
  readonly detail: number;
  readonly joins: boolean;
}

interface Written {
  readonly rows: readonly Row[];
  /** The state of each path after all rows. */
  readonly book: ReadonlyMap<Path, string>;
  readonly keys: ReadonlyMap<Path, readonly string[]>;
}

class Writer {
  readonly rows: { readonly seq: number; readonly at: number; readonly entries: Entry[] }[] = [];
  readonly book = new Map<Path, string>();
  readonly keys = new Map<Path, string[]>();
  readonly #index = new Map<Path, number>();
  #epoch = 1;

  constructor() {
    this.#add(false, created);
    this.#add(true, { t: 'claimed', owner: 'o1', epoch: 1 });
  }

  write({ act, on, detail, joins }: Choice): void {
    const p = this.#paths()[on % this.#paths().length]!;
    if (act !== 'claim' && act !== 'recover' && !this.#isReached(p)) return;
    const state = this.book.get(p);
    const isOpen = state === 'open' || state === 'started' || state === 'lost';
    switch (act) {
      case 'start':
        if (state === undefined || state === 'lost' || state === 'reset') this.#start(p, joins);
        return;
      case 'end':
        if (isOpen) this.#end(p, detail, joins);
        return;
      case 'again':
        if (!p.endsWith('loop') || state !== 'open') return;
        this.#index.set(p, (this.#index.get(p) ?? 1) + 1);
        this.#drop(`${p}#`);
        return this.#add(joins, { t: 'iterated', p, i: this.#index.get(p)!, ...(detail % 2 === 0 && { e: 'e' }) });
      case 'expand': {
        if (!p.endsWith('each') || state !== 'open') return;
        const known = this.keys.get(p) ?? [];
        const keys = Array.from({ length: 1 + (detail % 2) }, (_, at) => `k${known.length + at}`);
        this.#add(joins, { t: 'expanded', p, from: known.length, keys, last: false });
        this.keys.set(p, [...known, ...keys]);
        return;
      }
      case 'item':
        return this.#item(p, detail, joins);
      case 'claim':
        for (const [path, known] of this.book) if (known === 'started') this.book.set(path, 'lost');
        return this.#add(joins, { t: 'claimed', owner: 'o', epoch: ++this.#epoch });
      case 'recover':
        return this.#recover(joins);
      default:
        return act satisfies never;
    }
  }

  /** The paths that exist, given what is known. */
  #paths(): readonly Path[] {
    const body = `m/loop#${this.#index.get('m/loop') ?? 1}`;
    const items = (this.keys.get(`${body}/each`) ?? []).flatMap((key) => [`${body}/each/${key}/step`, `${body}/each/${key}/group`, `${body}/each/${key}/group/deep`]);
    return ['m/loop', 'm/loops', `${body}/step`, `${body}/each`, ...items];
  }

  /** Whether everything that it is inside of is at work. */
  #isReached(p: Path): boolean {
    const outer = [...p.matchAll(/(?<=loop|each|group)[#/]/g)].map(({ index }) => p.slice(0, index));
    const items = [...p.matchAll(/(?<=\/k\d+)\//g)].map(({ index }) => p.slice(0, index));
    return outer.every((path) => this.book.get(path) === 'open') && items.every((path) => !this.book.has(path));
  }

  #start(p: Path, joins: boolean): void {
    const isComposite = /(loop|each|group)$/.test(p);
    this.book.set(p, isComposite ? 'open' : 'started');
    this.#add(joins, { t: 'started', p, n: 1, ...(isComposite && { x: 1 }) });
  }

  #end(p: Path, detail: number, joins: boolean): void {
    const isComposite = this.book.get(p) === 'open';
    const t = (['succeeded', 'succeeded', 'failed', 'stopped'] as const)[detail % 4]!;
    if (t === 'succeeded' && isComposite) this.#drop(`${p}/`, `${p}#`);
    this.book.set(p, t);
    if (t === 'failed') this.#add(joins, { t, p, e: 'e', why: 'error' });
    else this.#add(joins, { t, p, ...(t === 'succeeded' && isComposite && { x: 1 }) });
  }

  #item(each: Path, detail: number, joins: boolean): void {
    const keys = this.keys.get(each) ?? [];
    if (this.book.get(each) !== 'open' || keys.length === 0) return;
    const p = `${each}/${keys[detail % keys.length]!}`;
    if (this.book.has(p)) return;
    if (detail % 3 === 0) this.#add(joins, { t: 'failed', p, e: 'e', why: 'error', x: 1 });
    else this.#add(joins, { t: 'succeeded', p, x: 1 });
    if (detail % 3 !== 0) this.#drop(`${p}/`);
    this.book.set(p, detail % 3 === 0 ? 'failed' : 'succeeded');
  }

  #recover(joins: boolean): void {
    const isItem = (path: Path): boolean => /\/k\d+$/.test(path);
    for (const [path, state] of this.book) {
      if (state !== 'failed' && state !== 'stopped') continue;
      if (isItem(path)) this.book.delete(path);
      else this.book.set(path, 'reset');
    }
    this.#add(joins, { t: 'recovered' });
  }

  #drop(...starts: readonly string[]): void {
    for (const path of [...this.book.keys(), ...this.keys.keys()]) {
      if (!starts.some((start) => path.startsWith(start))) continue;
      this.book.delete(path);
      this.keys.delete(path);
    }
  }

  #add(joins: boolean, entry: Entry): void {
    const seq = this.rows.length + 1;
    if (joins) this.rows.at(-1)?.entries.push(entry);
    else this.rows.push({ seq, at: timeOf(seq), entries: [entry] });
  }
}

const choice: fc.Arbitrary<Choice> = fc.record({
  act: fc.constantFrom('start', 'start', 'start', 'end', 'again', 'expand', 'item', 'claim', 'recover'),
  on: fc.nat(30),
  detail: fc.nat(11),
  joins: fc.boolean(),
});

const journals: fc.Arbitrary<Written> = fc.array(choice, { maxLength: 120, size: 'max' }).map((choices) => {
  const writer = new Writer();
  for (const one of choices) writer.write(one);
  return writer;
});

test('the state of a run with composite steps is what happened to what is left of them', () => {
  let deepest = 0;
  fc.assert(
    fc.property(journals, ({ rows, book, keys }) => {
      const { paths } = fold(rows);
      deepest = Math.max(deepest, ...Object.keys(paths).map((path) => path.split('/').length));
      expect(Object.fromEntries(Object.entries(paths).map(([path, { s }]) => [path, s]))).toEqual(Object.fromEntries(book));
      for (const [path, known] of keys) if (paths[path]?.work !== undefined && !path.endsWith('loop')) expect(paths[path].work.keys).toEqual(known);
    }),
    { numRuns: 500 },
  );
  expect(deepest).toBe(6);
});

test('the state of a run with composite steps is the same in one go and in two, wherever its rows are divided, also by way of its text', () => {
  fc.assert(
    fc.property(journals, ({ rows }) => {
      const whole = fold(rows);
      for (let at = 1; at <= rows.length; at++) {
        const half = fold(rows.slice(0, at));
        const before = snapshotText(half);
        expect(fold(rows.slice(at), half)).toStrictEqual(whole);
        expect(fold(rows.slice(at), snapshotOf(before))).toStrictEqual(whole);
        expect(snapshotText(half)).toBe(before);
      }
    }),
    { numRuns: 200 },
  );
});
