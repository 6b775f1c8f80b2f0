import type { Abort } from './options.ts';

/** The steps at work that are to end sooner than they would: those whose signal is to abort, and those whose grace ran out. */
export class Overruns {
  /** The steps that the run went on without. */
  readonly abandoned: Set<number> = new Set();
  #aborts: Abort[] = [];
  #overdue: number[] = [];

  abort(abort: Abort): void {
    this.#aborts.push(abort);
  }

  overdue(node: number): void {
    this.#overdue.push(node);
    this.abandoned.add(node);
  }

  takeAborts(): readonly Abort[] {
    const aborts = this.#aborts;
    this.#aborts = [];
    return aborts;
  }

  takeOverdue(): readonly number[] {
    const overdue = this.#overdue;
    this.#overdue = [];
    return overdue;
  }
}
