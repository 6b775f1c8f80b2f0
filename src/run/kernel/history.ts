/** The order of first starts and of ends, by node. */
interface Moments {
  readonly starts: number[];
  readonly ends: number[];
  next: number;
}

/** In which order the steps of a run first started and ended. */
export class History {
  /** Starts (`node`) and ends (`~node`) of the steps that started. */
  readonly log: number[] = [];
  readonly #moments: Moments | undefined;

  /** @param overlapping - whether a step can start before all its ancestors have ended; only then their order is kept */
  constructor(overlapping: boolean) {
    this.#moments = overlapping ? { starts: [], ends: [], next: 0 } : undefined;
  }

  started(node: number): void {
    this.log.push(node);
    if (this.#moments !== undefined) this.#moments.starts[node] = this.#moments.next++;
  }

  ended(node: number, wasAtWork: boolean): void {
    if (wasAtWork) this.log.push(~node);
    if (this.#moments !== undefined) this.#moments.ends[node] = this.#moments.next++;
  }

  /** Whether an ancestor had its outcome when a step first started. */
  endedBefore(ancestor: number, step: number): boolean {
    if (this.#moments === undefined) return true;
    return (this.#moments.ends[ancestor] ?? Infinity) < (this.#moments.starts[step] ?? Infinity);
  }
}
