import TinyQueue from 'tinyqueue';
import type { MemoryRun } from './memory-run.ts';

interface Place {
  readonly run: MemoryRun;
  readonly at: number;
}

/** How many places may be left over before they are cleared away. */
const SPARE = 100;

/**
 * Unfinished runs in the order in which they can be claimed, so that a claim need not look at those that sleep or are at work.
 *
 * D1 A run stands no later than it can be claimed: one that can be claimed earlier than before gets a second place, and the first one
 *    is left over. One that can be claimed later only stays where it is until it comes to the front.
 */
export class DueQueue {
  /** Where a run stands; all other places in the queue are left over. */
  readonly #placed = new Map<MemoryRun, number>();
  #queue = new TinyQueue<Place>([], earlier);

  /** Looks at a run that was changed. */
  update(run: MemoryRun): void {
    const at = this.#placed.get(run) ?? Infinity;
    if (run.status !== 'running') this.remove(run);
    else if (run.freeAt < at) this.#place(run);
  }

  remove(run: MemoryRun): void {
    this.#placed.delete(run);
  }

  /** Returns the first runs that can be claimed; they stay in the queue. */
  first(now: number, limit: number, isWanted: (run: MemoryRun) => boolean): readonly MemoryRun[] {
    const found: MemoryRun[] = [];
    const passed: MemoryRun[] = [];
    for (let next = this.#queue.peek(); found.length < limit && next !== undefined && next.at <= now; next = this.#queue.peek()) {
      this.#queue.pop();
      const { run, at } = next;
      if (this.#placed.get(run) !== at) continue;
      this.#placed.delete(run);
      if (run.freeAt > at) {
        this.#place(run);
        continue;
      }
      passed.push(run);
      if (isWanted(run)) found.push(run);
    }
    for (const run of passed) this.#place(run);
    return found;
  }

  #place(run: MemoryRun): void {
    if (this.#queue.length > 2 * this.#placed.size + SPARE) {
      this.#queue = new TinyQueue(this.#queue.data.filter((place) => this.#placed.get(place.run) === place.at), earlier);
    }
    this.#placed.set(run, run.freeAt);
    this.#queue.push({ run, at: run.freeAt });
  }
}

function earlier(a: Place, b: Place): number {
  return a.at - b.at || a.run.number - b.run.number;
}
