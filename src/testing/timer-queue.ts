import TinyQueue from 'tinyqueue';

/** Something to call at a time. */
export interface Timer {
  /** When it is due. */
  readonly at: number;
  /** Where it stands among those that are due at the same time: how many were set before it. */
  readonly order: number;
  readonly callback: () => void;
}

/** The timers of a virtual clock, in the order in which they are due; those of the same time in the order in which they were set. */
export class TimerQueue {
  readonly #armed = new Set<Timer>();
  /** Holds all of `#armed`, and those that were removed until they come to the front. */
  readonly #queue = new TinyQueue<Timer>([], (a, b) => a.at - b.at || a.order - b.order);
  #count = 0;

  /** How many timers wait. */
  get size(): number {
    return this.#armed.size;
  }

  add(at: number, callback: () => void): Timer {
    const timer: Timer = { at, order: this.#count, callback };
    this.#count += 1;
    this.#armed.add(timer);
    this.#queue.push(timer);
    return timer;
  }

  remove(timer: Timer): void {
    this.#armed.delete(timer);
  }

  next(): Timer | undefined {
    let first = this.#queue.peek();
    while (first !== undefined && !this.#armed.has(first)) {
      this.#queue.pop();
      first = this.#queue.peek();
    }
    return first;
  }
}
