/** What waits for a slot: it is pumped when one is free. */
export interface Waiter {
  pump(): void;
}

/** The limit of a registry: how many steps may be at work at once in all its runs. Runs that wait get their turn in order. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<Waiter>();
  #waking = false;

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Takes a slot, or queues `waiter` and returns false. */
  acquire(waiter: Waiter): boolean {
    if (this.#free <= 0) {
      this.#waiting.add(waiter);
      return false;
    }
    this.#free--;
    return true;
  }

  /** Takes a slot although there may be none: for what goes on only to end. */
  hold(): void {
    this.#free--;
  }

  /**
   * Gives a slot back; the first of those that wait goes next.
   *
   * @param by - who has had it, and goes behind the others
   */
  release(by?: Waiter): void {
    this.#free++;
    if (this.#waking) return;
    if (by !== undefined && this.#waiting.delete(by)) this.#waiting.add(by);
    this.#waking = true;
    try {
      for (const waiter of this.#waiting) {
        if (this.#free <= 0) break;
        this.#waiting.delete(waiter);
        waiter.pump();
      }
    } finally {
      this.#waking = false;
    }
  }
}
