import type { Resumable, Turns } from './turns.ts';

/** How many tasks that are done may be kept for the sake of speed. */
const mostDone = 64;

/**
 * What composite steps have to do next, in order and never inside of one another: a loop of any length and bodies of any depth fit the
 * stack (law K7). There is one only for runs that have any.
 */
export class Agenda implements Resumable {
  readonly #turns: Turns;
  /** Whether somebody else says when it is done. */
  readonly #isDriven: boolean;
  readonly #afterwards: () => void;
  /** What is to be done, from `#next` on. What is done is let go of now and then, because a loop may never leave it empty. */
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
    for (let task = this.#take(); task !== undefined; task = this.#take()) {
      task();
      if (this.#turns.isSpent()) {
        this.#turns.wait(this);
        return;
      }
    }
    this.#tasks = [];
    this.#next = 0;
    this.#isAtWork = false;
  }

  #take(): (() => void) | undefined {
    if (this.#next >= mostDone && 2 * this.#next >= this.#tasks.length) {
      this.#tasks = this.#tasks.slice(this.#next);
      this.#next = 0;
    }
    return this.#next < this.#tasks.length ? this.#tasks[this.#next++] : undefined;
  }

  resume(): void {
    this.#isAtWork = false;
    this.run();
    this.#afterwards();
  }
}
