import type { Template } from '../../graph/template.ts';
import { type Guard, NONE } from './guard.ts';

/** The steps that may start: a queue, until a limit, a pause or a stop makes a {@link Guard} choose among them. */
export class ReadySet {
  /** Whether steps are chosen by a guard. */
  guard: Guard | undefined = undefined;
  #queue: number[];
  #head = 0;

  constructor(template: Template) {
    this.#queue = template.roots.slice();
  }

  get isEmpty(): boolean {
    return this.guard === undefined ? this.#head === this.#queue.length : this.guard.size === 0;
  }

  /** How many steps were ever queued; for `sortFrom`. */
  get mark(): number {
    return this.#queue.length;
  }

  push(step: number): void {
    if (this.guard === undefined) this.#queue.push(step);
    else this.guard.push(step);
  }

  /** Takes the next step, or `NONE`. */
  take(): number {
    if (this.guard !== undefined) return this.guard.take();
    return this.#head === this.#queue.length ? NONE : (this.#queue[this.#head++] as number);
  }

  /** Steps that became ready at once start in the order of their numbers (law K2). */
  sortFrom(mark: number): void {
    const queue = this.#queue;
    for (let at = mark + 1; at < queue.length; at++) {
      if ((queue[at - 1] as number) <= (queue[at] as number)) continue;
      const sorted = queue.slice(mark).sort((a, b) => a - b);
      sorted.forEach((step, offset) => (queue[mark + offset] = step));
      return;
    }
  }

  /** From now on `guard` chooses. */
  useGuard(guard: Guard): Guard {
    for (let at = this.#head; at < this.#queue.length; at++) guard.push(this.#queue[at] as number);
    this.#queue = [];
    this.#head = 0;
    return (this.guard = guard);
  }
}
