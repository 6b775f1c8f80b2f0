import type { Journal } from './journal.ts';
import { ENDED, type History, STARTED } from './kernel/history.ts';
import type { Closing } from './kernel/options.ts';
import type { Reporter } from './reporter.ts';

/** The run whose work waits for its journal. */
interface Recorded {
  readonly kernel: { readonly history: History; closed: Closing[] | undefined };
  pump(): void;
}

/** What waits for a row: some work, or a node that is to start. */
export type Held = number | (() => void);

/** Keeps a run from doing anything before what leads to it is recorded (ruling R13). There is one only for runs with a journal. */
export class WriteAhead {
  /** How much of the kernel's history is kept. */
  #kept: number;
  /** The regions that were closed, of which nobody was told: those whose row is kept, and those of the next row. */
  #closed: Closing[] = [];
  #closing: Closing[] = [];
  readonly #journal: Journal;
  readonly #run: Recorded;
  /** What waits for the next row. */
  #held: Held[] = [];
  /** What may be done now: from `#next` on; it starts over when all is done. */
  #released: Held[] = [];
  #next = 0;
  /** Rows that are not kept yet. */
  #open = 0;

  constructor(journal: Journal, run: Recorded) {
    this.#journal = journal;
    this.#run = run;
    this.#kept = run.kernel.history.length;
  }

  /** Where a node stood that has ended, if that is not kept yet. */
  ending(node: number): 'running' | 'pending' | undefined {
    const { entries, length } = this.#run.kernel.history;
    for (let at = this.#kept; at < length; at++) {
      const entry = entries[at] as number; // below the length
      if (entry >> 2 === node && (entry & 3) !== STARTED) return (entry & 3) === ENDED ? 'running' : 'pending';
    }
    return undefined;
  }

  /** Does something once everything that was recorded so far is kept. */
  hold(work: Held): void {
    if (this.#held.length === 0) this.#held = [work]; // a list that grows from nothing has room for 17, and most rows hold one
    else this.#held.push(work);
  }

  /** Takes the next piece of work that may be done now. */
  next(): Held | undefined {
    if (this.isReady) return this.#released[this.#next++];
    if (this.#next > 0) this.#released = [];
    this.#next = 0;
    return undefined;
  }

  /** Whether there is work that may be done now. */
  get isReady(): boolean {
    return this.#next < this.#released.length;
  }

  /**
   * Lets events be told about what is kept.
   *
   * @param reporter - tells of the first `until` entries of the history, and of the regions that the kernel says were closed
   */
  tell(reporter: Pick<Reporter, 'flush'> | undefined, now: number): void {
    const { kernel } = this.#run;
    if (kernel.closed !== undefined) this.#closing.push(...kernel.closed);
    kernel.closed = this.#closed.length === 0 ? undefined : this.#closed;
    reporter?.flush(now, this.#kept);
    this.#closed = kernel.closed ?? [];
    kernel.closed = undefined;
  }

  /** Closes the row. */
  flush(): void {
    const held = this.#held;
    const { kernel } = this.#run;
    const closed = kernel.closed === undefined ? this.#closing : [...this.#closing, ...kernel.closed];
    kernel.closed = undefined;
    this.#held = [];
    this.#closing = [];
    const mark = kernel.history.length;
    this.#open++;
    const isRow = this.#journal.commit(() => {
      this.#open--;
      this.#release(held, closed, mark);
    });
    if (isRow) return;
    this.#open--;
    if (held.length === 0 && closed.length === 0) return;
    if (this.#open === 0) {
      this.#release(held, closed, mark);
      return;
    }
    this.#held = held; // it goes with the next row; those at work are not kept yet
    this.#closing = closed;
  }

  /** What waited for a row may be done: it is kept. */
  #release(held: Held[], closed: readonly Closing[], mark: number): void {
    this.#kept = mark;
    for (const closing of closed) this.#closed.push(closing);
    if (!this.isReady) {
      this.#released = held;
      this.#next = 0;
    } else {
      for (const work of held) this.#released.push(work); // there may be more than a call takes arguments
    }
    this.#run.pump();
  }
}
