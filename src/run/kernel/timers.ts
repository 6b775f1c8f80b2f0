import TinyQueue from 'tinyqueue';

/** A timer of one attempt of a step; one of an earlier attempt is dropped when it comes due. */
export interface StepTimer {
  /** `grace` is that of an attempt whose own time is up, `stop` that of a stop; at `wake` a composite step goes on. */
  readonly kind: 'retry' | 'timeout' | 'grace' | 'stop' | 'wake';
  readonly node: number;
  readonly attempt: number;
}

/** What a timer is for. */
export type Timer = StepTimer | { readonly kind: 'region'; readonly region: number };

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly timer: Timer;
}

const fewest = 64;

/** The moments a run waits for, earliest first, equal ones in the order they were set (law K2). */
export class Timers {
  #queue = queueOf([]);
  #order = 0;
  /** How many attempts ended since the queue was last cleared of their timers. */
  #forgotten = 0;

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

  /** The same among those that are live; the others before it go. */
  nextLive(isLive: (timer: Timer) => boolean): number {
    for (let first = this.#queue.peek(); first !== undefined && !isLive(first.timer); first = this.#queue.peek()) this.#queue.pop();
    return this.next;
  }

  /** An attempt ended. Its timers may stay until they come due, but when they could be half of all, those that are not live go. */
  forget(isLive: (timer: Timer) => boolean): void {
    if (++this.#forgotten < Math.max(fewest, this.#queue.length / 2)) return;
    this.#forgotten = 0;
    this.#queue = queueOf(this.#queue.data.filter(({ timer }) => isLive(timer)));
  }
}

function queueOf(entries: Entry[]): TinyQueue<Entry> {
  return new TinyQueue(entries, (a, b) => a.at - b.at || a.order - b.order);
}
