import fc from 'fast-check';
import type { EncodedWrite, Entry, Path, Row } from '../../src/durable/entry.ts';
import type { PathState } from '../../src/durable/snapshot.ts';
import { created, timeOf } from './journal.ts';

/*
 * Random journals that a run could have written, and what has to be known of each node at their end. Whoever writes them keeps
 * a book of his own, which knows nothing of `fold`.
 */

const paths: readonly Path[] = ['@before', 'main/@before', 'main/a', 'main/b', 'other/c', 'main/@after', '@after'];
const regions: readonly Path[] = ['', 'main', 'other'];
const acts = ['start', 'start', 'start', 'return', 'end', 'end', 'retry', 'skip', 'claim', 'latch', 'pause', 'suspend', 'finish', 'migrate'] as const;

interface Choice {
  readonly act: (typeof acts)[number];
  readonly on: number;
  readonly detail: number;
  /** Whether it belongs to the row before it. */
  readonly joins: boolean;
  readonly writes: boolean;
}

/** What is to be known of a node. */
export interface Book {
  state: PathState | 'idle';
  n: number;
  crashes: number;
  begin: number | undefined;
  end: number | undefined;
  /** The names of the keys that it set. */
  readonly keys: Set<string>;
}

export interface History {
  readonly rows: readonly Row[];
  readonly books: ReadonlyMap<Path, Book>;
  readonly moments: number;
}

const choice: fc.Arbitrary<Choice> = fc.record({
  act: fc.constantFrom(...acts),
  on: fc.nat(paths.length - 1),
  detail: fc.nat(11),
  joins: fc.boolean(),
  writes: fc.boolean(),
});

export const histories: fc.Arbitrary<History> = fc.array(choice, { maxLength: 80, size: 'max' }).map((choices) => {
  const writer = new Writer();
  for (const one of choices) writer.write(one);
  return { rows: writer.rows, books: writer.books, moments: writer.moments };
});

/** Writes what is possible of the choices and leaves out the rest. */
class Writer {
  readonly rows: { readonly seq: number; readonly at: number; readonly entries: Entry[] }[] = [];
  readonly books = new Map<Path, Book>(paths.map((path) => [path, blank()]));
  moments = 0;
  #epoch = 1;
  #ended: 'no' | 'well' | 'badly' = 'no';

  constructor() {
    this.#add(false, created);
    this.#add(true, { t: 'claimed', owner: 'owner 1', epoch: 1 });
  }

  write(choice: Choice): void {
    if (choice.act === 'finish' && this.#ended === 'no') return this.#finish();
    const entry = this.#entryOf(choice);
    if (entry !== undefined) this.#add(choice.joins, entry);
  }

  #add(joins: boolean, entry: Entry): void {
    const seq = this.rows.length + 1;
    if (joins) this.rows.at(-1)?.entries.push(entry);
    else this.rows.push({ seq, at: timeOf(seq), entries: [entry] });
  }

  #entryOf({ act, on, detail, writes }: Choice): Entry | undefined {
    if (act === 'claim') return this.#claim();
    if (act === 'migrate') return { t: 'migrated', fingerprint: `f${detail}` };
    if (act === 'finish') return this.#recover();
    if (this.#ended !== 'no') return undefined;
    const p = paths[on]!;
    const region = regions[detail % regions.length]!;
    const book = this.books.get(p)!;
    const w: readonly EncodedWrite[] = [['plain', `k${detail % 3}`, String(detail)]];
    const layer = writes ? { w } : {};
    switch (act) {
      case 'latch':
        return { t: 'latched', p: region, mode: detail < 6 ? 'drain' : 'abort', why: detail % 2 === 0 ? 'stop' : 'timeout', ...(detail === 11 && { force: true }) };
      case 'pause':
        return { t: detail < 6 ? 'paused' : 'resumed', p: region };
      case 'suspend':
        return { t: 'suspended', p: region, resources: [{ name: 'db', entity: String(detail), entries: [['plain', 'k', '1']] }] };
      case 'start':
        return this.#start(p, book);
      case 'skip':
        return book.state === 'idle' ? this.#ends(book, { t: 'skipped', p, ...(detail === 0 && { cascade: true }) }) : undefined;
      case 'return':
        if (book.state !== 'started') return undefined;
        book.state = 'returned';
        if (writes) book.keys.add(w[0]![1]);
        return detail < 8 ? { t: 'returned', p, s: 'succeeded', v: String(detail), ...layer } : { t: 'returned', p, s: 'failed', e: 'e', why: 'error', ...layer };
      case 'retry':
        if (book.state !== 'started') return undefined;
        book.state = 'retrying';
        book.n++;
        if (writes) book.keys.add(w[0]![1]);
        return { t: 'retrying', p, n: book.n, at: 5 * detail, e: 'e', ...layer };
      case 'end':
        if (book.state === 'idle' || book.end !== undefined) return undefined;
        if (writes) book.keys.add(w[0]![1]);
        return this.#ends(book, endOf(p, detail, layer));
      default:
        return act satisfies never;
    }
  }

  #start(p: Path, book: Book): Entry | undefined {
    if (book.state !== 'idle' && book.state !== 'retrying' && book.state !== 'lost' && book.state !== 'reset') return undefined;
    if (book.state !== 'retrying') book.n++;
    book.state = 'started';
    book.begin ??= this.moments++;
    return { t: 'started', p, n: book.n };
  }

  #ends(book: Book, entry: Extract<Entry, { readonly t: 'succeeded' | 'failed' | 'stopped' | 'skipped' }>): Entry {
    book.state = entry.t;
    book.end = this.moments++;
    return entry;
  }

  #claim(): Entry {
    this.#epoch++;
    for (const book of this.books.values()) {
      if (book.state !== 'started') continue;
      book.state = 'lost';
      book.crashes++;
    }
    return { t: 'claimed', owner: `owner ${this.#epoch}`, epoch: this.#epoch };
  }

  /** What is open is stopped, in the row in which the run ends. */
  #finish(): void {
    for (const [p, book] of this.books) {
      if (book.state !== 'idle' && book.state !== 'reset' && book.end === undefined) this.#add(true, this.#ends(book, { t: 'stopped', p }));
    }
    const isBad = [...this.books.values()].some(({ state }) => state === 'failed' || state === 'stopped' || state === 'reset');
    this.#ended = isBad ? 'badly' : 'well';
    this.#add(true, { t: 'ended', s: isBad ? 'failed' : 'succeeded' });
  }

  #recover(): Entry | undefined {
    if (this.#ended === 'well') return undefined;
    this.#ended = 'no';
    for (const [path, book] of this.books) {
      if (path === '@after' || (path === 'main/@after' && book.state !== 'succeeded')) this.books.set(path, blank());
      else if (book.state === 'failed' || book.state === 'stopped') this.books.set(path, { ...blank(), state: 'reset', keys: book.keys });
    }
    return { t: 'recovered' };
  }
}

function blank(): Book {
  return { state: 'idle', n: 0, crashes: 0, begin: undefined, end: undefined, keys: new Set() };
}

function endOf(p: Path, detail: number, layer: { readonly w?: readonly EncodedWrite[] }): Extract<Entry, { readonly t: 'succeeded' | 'failed' | 'stopped' }> {
  if (detail < 5) return { t: 'succeeded', p, v: String(detail), ...layer };
  if (detail < 7) return { t: 'stopped', p, ...layer, ...(detail === 5 && { abandoned: true }) };
  const stage = detail < 9 ? 'before' : 'after';
  return { t: 'failed', p, e: 'e', why: 'callback', ...layer, ...(detail < 11 && { at: { stage, level: 'flow', order: detail } }) };
}
