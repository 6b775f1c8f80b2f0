import type { Resumable, Turns } from './turns.ts';

/**
 * What composite steps have to do next, in order and never inside of one another: a loop of any length and bodies of any depth fit the
 * stack (law K7). There is one only for runs that have any.
 */
export class Agenda implements Resumable {
  readonly #turns: Turns;
  /** Whether somebody else says when it is done. */
  readonly #isDriven: boolean;
  readonly #afterwards: () => void;
  #tasks: (() => void)[] = [];
  #next = 0;
  #isAtWork = false;

  /** @param afterwards - is called when it went on after a turn of the event loop */
  constructor(turns: Turns, isDriven: boolean, afterwards: () => void) {
    this.#turns = turns;
    this.#isDriven = isDriven;
    this.#afterwards = afterwards;
  }

  get isEmpty(): boolean {
    return !this.#isAtWork && this.#next === this.#tasks.length;
  }

  add(task: () => void): void {
    this.#tasks.push(task);
    if (!this.#isDriven) this.run();
  }

  /** Does everything, unless it is time to let others have the event loop. */
  run(): void {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    while (this.#next < this.#tasks.length) {
      (this.#tasks[this.#next++] as () => void)();
      if (this.#turns.isSpent()) {
        this.#turns.wait(this);
        return;
      }
    }
    this.#tasks = [];
    this.#next = 0;
    this.#isAtWork = false;
  }

  resume(): void {
    this.#isAtWork = false;
    this.run();
    this.#afterwards();
  }
}
