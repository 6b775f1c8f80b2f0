import type { Clock } from '../clock.ts';
import { shown } from '../define/shown.ts';
import { StoreError } from './store-error.ts';
import type { Append, Store } from './store.ts';

/** Who appends the rows of one run: one object for as long as the run is owned, told about each row in the order of the queue. */
export interface RowOwner {
  /** The row is durable. */
  committed(append: Append): void;
  /** The run belongs to someone else: neither this row nor a later one will be kept. Called for each of them. */
  fenced(append: Append): void;
  /** The committer was closed before the row was committed; nobody knows whether it is durable if the store was at work on it. */
  dropped(append: Append, error: Error): void;
}

/** How a committer works. */
export interface CommitterOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Called when the store begins to fail, with what it threw, and with `undefined` when it works again. */
  readonly problem: (error: unknown) => void;
}

interface Queued {
  readonly append: Append;
  readonly owner: RowOwner;
}

const MOST_ROWS = 1_000;

/** In characters, which is near enough to 1 MiB: what matters is that a transaction stays short. */
const MOST_TEXT = 2 ** 20;

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;

/**
 * Commits the rows of all runs of a process together (kernel R28).
 *
 * G1: one transaction at a time; what arrives meanwhile shares the next one.
 * G2: owners are told in the order of the queue.
 * G3: a row is committed, fenced or dropped, and its owner is told once. While the store fails, nobody is told anything; when it is closed, all
 *   that wait are dropped.
 * G4: after the first fenced row of an owner none of its rows reaches the store, or one could get a number behind the row that fenced it.
 */
export class Committer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #problem: (error: unknown) => void;
  readonly #fenced = new WeakSet<RowOwner>();
  #queue: Queued[] = [];
  /** The rows of the transaction that is under way, or that failed and is tried again. */
  #batch: readonly Queued[] = [];
  /** Whether a transaction is under way, waited for or about to begin. */
  #isBusy = false;
  #cancelRetry: (() => void) | undefined;
  #failures = 0;
  #transaction: Promise<void> = Promise.resolve();
  #isClosed = false;
  #idle: (() => void)[] = [];

  constructor({ store, clock, problem }: CommitterOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#problem = problem;
  }

  /** How many rows wait to be durable. */
  get pending(): number {
    return this.#queue.length + this.#batch.length;
  }

  /** Whether the store failed and has not worked since. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Adds a row to the queue. Its owner is told later, never within this call. */
  push(append: Append, owner: RowOwner): void {
    this.#queue.push({ append, owner });
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#commitLater();
  }

  /** Resolves when no row waits. */
  idle(): Promise<void> {
    if (!this.#isBusy) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Ends the work: waits for the transaction that is under way, and drops the rows behind it and all that come later. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#cancelRetry !== undefined) {
      this.#cancelRetry();
      this.#commitLater();
      this.#cancelRetry = undefined;
    }
    await this.#transaction;
    await this.idle();
  }

  /** Everything that happens in this turn shares the transaction. */
  #commitLater(): void {
    this.#clock.yield(() => {
      if (this.#isClosed) this.#drop(new StoreError('store-closed', 'journal', 'was closed before this row was committed; open the store again and resume the run'));
      else this.#transaction = this.#commit();
    });
  }

  async #commit(): Promise<void> {
    if (this.#batch.length === 0) this.#batch = this.#take();
    const sent = this.#batch.filter(({ owner }) => !this.#fenced.has(owner));
    try {
      const answers: unknown = sent.length === 0 ? [] : await this.#store.append(sent.map(({ append }) => append));
      this.#worked();
      if (isAnswer(answers, sent.length)) this.#answer(sent, answers);
      else this.#refuse(new StoreError('store-failed', 'journal', `answered ${sent.length} rows with ${shownAnswer(answers)}, so nobody knows whether they are kept; append returns a list with true or false for each row`));
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#goOn();
  }

  /** Returns the rows that the next transaction takes. */
  #take(): readonly Queued[] {
    let [rows, text] = [0, 0];
    for (const { append } of this.#queue) {
      text += append.row.text.length + (append.snapshot?.length ?? 0);
      if (rows > 0 && (rows === MOST_ROWS || text > MOST_TEXT)) break;
      rows += 1;
    }
    return this.#queue.splice(0, rows);
  }

  /** Tells the owners of the batch. The store answered those rows that were sent. */
  #answer(sent: readonly Queued[], answers: readonly boolean[]): void {
    const batch = this.#batch;
    this.#batch = [];
    let answered = 0;
    for (const queued of batch) {
      const isKept = queued === sent[answered] && answers[answered++] === true;
      if (!isKept) this.#fenced.add(queued.owner);
      this.#tellOwner(queued, isKept);
    }
  }

  /** The store answered what is no answer: to ask it again would append the rows twice. */
  #refuse(error: StoreError): void {
    this.#tell(() => this.#problem(error));
    const batch = this.#batch;
    this.#batch = [];
    for (const { append, owner } of batch) this.#tell(() => (this.#fenced.has(owner) ? owner.fenced(append) : owner.dropped(append, error)));
  }

  #goOn(): void {
    if (this.#queue.length > 0) {
      this.#commitLater();
      return;
    }
    this.#isBusy = false;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  #worked(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#tell(() => this.#problem(undefined));
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    if (this.#failures === 1) this.#tell(() => this.#problem(error));
    if (error instanceof StoreError && error.code === 'store-closed') {
      this.#drop(error); // it does not open again: nobody is to wait for it
      return;
    }
    if (this.#isClosed) {
      this.#commitLater();
      return;
    }
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LAST_RETRY_MS);
    this.#cancelRetry = this.#clock.setTimer(delayMs, () => {
      this.#cancelRetry = undefined;
      this.#commitLater();
    });
  }

  #drop(error: StoreError): void {
    const dropped = [...this.#batch, ...this.#queue];
    this.#batch = [];
    this.#queue = [];
    for (const { append, owner } of dropped) this.#tell(() => (this.#fenced.has(owner) ? owner.fenced(append) : owner.dropped(append, error)));
    this.#goOn();
  }

  /** As `#tell`, for what is told of every row: without a function for each. */
  #tellOwner({ append, owner }: Queued, isKept: boolean): void {
    try {
      if (isKept) owner.committed(append);
      else owner.fenced(append);
    } catch (error) {
      this.#throwLater(error);
    }
  }

  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#throwLater(error);
    }
  }

  /** What one owner throws is a bug, and must not keep the others from being told: it is thrown where nobody waits. */
  #throwLater(error: unknown): void {
    this.#clock.yield(() => {
      throw error;
    });
  }
}

/** Whether a store said of each row whether it is kept. */
function isAnswer(answers: unknown, rows: number): answers is readonly boolean[] {
  return Array.isArray(answers) && answers.length === rows && answers.every((answer) => typeof answer === 'boolean');
}

function shownAnswer(answers: unknown): string {
  if (!Array.isArray(answers)) return shown(answers);
  const strange = answers.findIndex((answer) => typeof answer !== 'boolean');
  return strange < 0 ? `${answers.length} answers` : `a list that holds ${shown(answers[strange])}`;
}
