/** In which order the steps of a run first started and ended. */
export class History {
  /** Starts (`node`) and ends (`~node`) of the steps that started. */
  readonly log: number[] = [];
  readonly #overlapping: boolean;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #moment = 0;

  /** @param overlapping - whether a step can start before all its ancestors have ended; only then their order is kept */
  constructor(overlapping: boolean) {
    this.#overlapping = overlapping;
  }

  started(node: number): void {
    this.log.push(node);
    if (this.#overlapping) this.#starts[node] = this.#moment++;
  }

  ended(node: number, wasAtWork: boolean): void {
    if (wasAtWork) this.log.push(~node);
    if (this.#overlapping) this.#ends[node] = this.#moment++;
  }

  /** Whether an ancestor had its outcome when a step first started. */
  endedBefore(ancestor: number, step: number): boolean {
    return !this.#overlapping || (this.#ends[ancestor] ?? Infinity) < (this.#starts[step] ?? Infinity);
  }
}
