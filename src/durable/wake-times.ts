import TinyQueue from 'tinyqueue';

interface Wake {
  readonly runId: string;
  readonly at: number;
}

const fewest = 64;

/** When the runs wake that a worker has given back, the earliest first. */
export class WakeTimes {
  readonly #wakes = new Map<string, Wake>();
  /** Those, and some that do not count any more. */
  #queue = queueOf([]);

  add(runId: string, at: number): void {
    const wake = { runId, at };
    this.#wakes.set(runId, wake);
    this.#queue.push(wake);
  }

  /** The earliest; infinite if there is none. */
  get next(): number {
    for (let first = this.#queue.peek(); first !== undefined; first = this.#queue.peek()) {
      if (this.#wakes.get(first.runId) === first) return first.at;
      this.#queue.pop();
    }
    return Infinity;
  }

  /** Forgets those that have come by a time. */
  drop(now: number): void {
    while (this.next <= now) this.#wakes.delete(this.#queue.pop()?.runId ?? '');
  }

  /** A run is awake. */
  forget(runId: string): void {
    if (!this.#wakes.delete(runId) || this.#queue.length < Math.max(fewest, 2 * this.#wakes.size)) return;
    this.#queue = queueOf([...this.#wakes.values()]);
  }
}

function queueOf(wakes: Wake[]): TinyQueue<Wake> {
  return new TinyQueue(wakes, (a, b) => a.at - b.at);
}
