import type { Template } from '../../graph/template.ts';

/** What an entry of the history says: a step started, ended, or got its outcome without being at work. */
export const STARTED = 0;
export const ENDED = 1;
export const PASSED = 2;

/** The order of first starts and of outcomes, by node. */
interface Moments {
  readonly starts: number[];
  readonly ends: number[];
}

/**
 * In which order the steps of a run first started and got their outcomes: at most two entries for each step, `node * 4` plus
 * what it says. Only the first `length` entries count.
 */
export class History {
  readonly entries: number[];
  length = 0;
  /** Only kept where a step can start before all its ancestors have ended. */
  readonly #moments: Moments | undefined;

  constructor({ blanks, overlapping }: Template) {
    this.entries = blanks.history.slice();
    this.#moments = overlapping ? { starts: [], ends: [] } : undefined;
  }

  started(node: number): void {
    if (this.#moments !== undefined) this.#moments.starts[node] = this.length;
    this.entries[this.length++] = node * 4 + STARTED;
  }

  ended(node: number, wasAtWork: boolean): void {
    if (this.#moments !== undefined) this.#moments.ends[node] = this.length;
    this.entries[this.length++] = node * 4 + (wasAtWork ? ENDED : PASSED);
  }

  /** Adds an entry of another history. */
  recall(entry: number): void {
    if ((entry & 3) === STARTED) this.started(entry >> 2);
    else this.ended(entry >> 2, (entry & 3) === ENDED);
  }

  /** When a node first started, as a position in the history; infinite if it has not. Only where `endedBefore` needs it. */
  startOf(node: number): number {
    return this.#moments?.starts[node] ?? Infinity;
  }

  /** When a node got its outcome; as `startOf`. */
  endOf(node: number): number {
    return this.#moments?.ends[node] ?? Infinity;
  }

  /** Whether an ancestor had its outcome when a step first started. */
  endedBefore(ancestor: number, step: number): boolean {
    if (this.#moments === undefined) return true;
    return this.endOf(ancestor) < this.startOf(step);
  }
}
