import { Folding } from './fold.ts';
import { rowOf } from './rows.ts';
import { snapshotText } from './snapshot-text.ts';
import { stateOf } from './state-of.ts';
import type { Store, StoredRow } from './store.ts';

/** After how many rows the state of a run is recorded with the next one, and after how many more for each further mebibyte that it has. */
const MOST_ROWS = 1_000;

/** How many rows a run may leave behind its last state when it is given back to sleep. */
const FEW_ROWS = 16;

/** After how many characters of rows, if that is not less than the state itself has: a large one is not written over and over. */
const MOST_TEXT = 2 ** 20;

/**
 * Keeps the journal of one run short (ruling R20). A run counts its rows and keeps none of them: when there are too many, the state is read
 * from the store, and the rows that come meanwhile are kept until it is there.
 *
 * - P1 The state that goes with a row is the fold of everything up to that row.
 * - P2 A state that cannot be read changes nothing: the run goes on, and it is tried again later.
 */
export class Compaction {
  readonly #runId: string;
  readonly #store: Pick<Store, 'load'>;
  #rows: number;
  #text: number;
  #stateText = 0;
  /** The rows that came since there were too many; `undefined` while there are not. */
  #since: StoredRow[] | undefined = undefined;
  #reading: Promise<void> | undefined = undefined;
  #state: Folding | undefined = undefined;

  /** @param behind - the rows that it has behind its last snapshot */
  constructor(runId: string, store: Pick<Store, 'load'>, behind: readonly Pick<StoredRow, 'text'>[] = []) {
    this.#runId = runId;
    this.#store = store;
    this.#rows = behind.length;
    this.#text = behind.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** Whether who goes on with the run has few rows to read. */
  get isShort(): boolean {
    return this.#rows < FEW_ROWS || this.#state !== undefined;
  }

  /** Gets the state that goes with the next row, while no row is on its way. Calls `ready` when it is there, or cannot be had, and returns false. */
  read(ready: () => void): false {
    this.#since ??= [];
    this.#reading ??= this.#read();
    void this.#reading.then(ready);
    return false;
  }

  /** Takes the next row of the run. Returns the state after it as text, if it is to go with the row. */
  next(row: StoredRow): string | undefined {
    this.#rows += 1;
    this.#text += row.text.length;
    if (this.#state !== undefined) return this.#take(this.#state, row);
    if (this.#since !== undefined) this.#since.push(row);
    else if (this.#rows >= MOST_ROWS * Math.max(1, this.#stateText / MOST_TEXT) || this.#text >= Math.max(MOST_TEXT, this.#stateText)) this.#since = [row];
    return undefined;
  }

  /** A row of the run is kept by the store. What came before those that are kept here is, too, when the first of them is. */
  kept(seq: number): void {
    const first = this.#since?.[0];
    if (first !== undefined && seq >= first.seq) this.#reading ??= this.#read();
  }

  async #read(): Promise<void> {
    try {
      const stored = await this.#store.load(this.#runId);
      if (stored === undefined) return this.#startAgain();
      const read = stateOf(stored);
      const state = new Folding(read, this.#runId);
      for (const row of this.#since ?? []) if (row.seq > read.seq) state.add(rowOf(row, this.#runId));
      this.#since = undefined;
      this.#state = state;
    } catch {
      this.#startAgain();
    } finally {
      this.#reading = undefined;
    }
  }

  #take(state: Folding, row: StoredRow): string {
    state.add(rowOf(row, this.#runId));
    this.#startAgain();
    const text = snapshotText(state.snapshot());
    this.#stateText = text.length;
    return text;
  }

  #startAgain(): void {
    this.#since = undefined;
    this.#state = undefined;
    this.#rows = 0;
    this.#text = 0;
  }
}
