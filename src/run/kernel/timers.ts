import TinyQueue from 'tinyqueue';

/** What a timer is for; `attempt` tells a timer of an earlier attempt, which is dropped when it comes due. */
export type Timer =
  | { readonly kind: 'retry' | 'timeout' | 'grace'; readonly node: number; readonly attempt: number }
  | { readonly kind: 'region'; readonly region: number };

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly timer: Timer;
}

/** The moments a run waits for, earliest first, equal ones in the order they were set (law K2). */
export class Timers {
  readonly #queue = new TinyQueue<Entry>([], (a, b) => a.at - b.at || a.order - b.order);
  #order = 0;

  set(at: number, timer: Timer): void {
    this.#queue.push({ at, order: this.#order++, timer });
  }

  /** Takes the earliest timer that is due, or returns `undefined`. */
  due(now: number): Timer | undefined {
    const first = this.#queue.peek();
    return first !== undefined && first.at <= now ? this.#queue.pop()?.timer : undefined;
  }

  /** When the earliest timer is due; `Infinity` for never. */
  get next(): number {
    return this.#queue.peek()?.at ?? Infinity;
  }
}
