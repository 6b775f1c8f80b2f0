import type { Journal } from './journal.ts';
import type { History } from './kernel/history.ts';

/** The run whose work waits for its journal. */
interface Recorded {
  readonly kernel: { readonly history: History };
  pump(): void;
}

/** Keeps a run from doing anything before what leads to it is recorded (ruling R13). There is one only for runs with a journal. */
export class WriteAhead {
  /** How much of the kernel's history is kept. */
  kept = 0;
  readonly #journal: Journal;
  readonly #run: Recorded;
  /** What waits for the next row. */
  #held: (() => void)[] = [];
  /** What may be done now. */
  readonly #released: (() => void)[] = [];
  /** Rows that are not kept yet. */
  #open = 0;

  constructor(journal: Journal, run: Recorded) {
    this.#journal = journal;
    this.#run = run;
    this.kept = run.kernel.history.length;
  }

  /** Does something once everything that was recorded so far is kept. */
  hold(work: () => void): void {
    this.#held.push(work);
  }

  /** Whether there is work that may be done now. */
  get isReady(): boolean {
    return this.#released.length > 0;
  }

  /** Takes the next piece of work that may be done now. */
  next(): (() => void) | undefined {
    return this.#released.shift();
  }

  /** Closes the row. */
  flush(): void {
    const held = this.#held;
    this.#held = [];
    const mark = this.#run.kernel.history.length;
    const release = (): void => {
      this.kept = mark;
      this.#released.push(...held);
      this.#run.pump();
    };
    this.#open++;
    const isRow = this.#journal.commit(() => {
      this.#open--;
      release();
    });
    if (isRow) return;
    this.#open--;
    if (held.length === 0) return;
    if (this.#open === 0) release();
    else this.#held = held; // it goes with the next row; those at work are not kept yet
  }
}
