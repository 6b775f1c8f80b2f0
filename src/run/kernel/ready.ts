import type { Template } from '../../graph/template.ts';
import { type Guard, NONE } from './guard.ts';

const noRoom: readonly number[] = [];

/** The steps that may start: a queue, until a limit, a pause or a stop makes a {@link Guard} choose among them. */
export class ReadySet {
  /** Whether steps are chosen by a guard. */
  guard: Guard | undefined = undefined;
  /** Ready steps are at `#head` to `#tail`; there is room for every step once, and it starts over when it is empty. */
  #queue: number[];
  #head = 0;
  #tail: number;

  constructor(template: Template) {
    this.#queue = template.blanks.queue.slice();
    this.#tail = template.rootCount;
  }

  get isEmpty(): boolean {
    return this.guard === undefined ? this.#head === this.#tail : this.guard.size === 0;
  }

  /** How many steps were ever queued; for `sortFrom`. */
  get mark(): number {
    return this.#tail;
  }

  push(step: number): void {
    if (this.guard === undefined) this.#queue[this.#tail++] = step;
    else this.guard.push(step);
  }

  /** Takes the next step, or `NONE`. */
  take(): number {
    if (this.guard !== undefined) return this.guard.take();
    if (this.#head < this.#tail) return this.#queue[this.#head++] as number;
    this.#head = this.#tail = 0;
    return NONE;
  }

  /** Steps that became ready at once start in the order of their numbers (law K2). */
  sortFrom(mark: number): void {
    const queue = this.#queue;
    for (let at = mark + 1; at < this.#tail; at++) {
      if ((queue[at - 1] as number) > (queue[at] as number)) return this.#sort(mark);
    }
  }

  #sort(mark: number): void {
    const sorted = this.#queue.slice(mark, this.#tail).sort((a, b) => a - b);
    for (const [offset, step] of sorted.entries()) this.#queue[mark + offset] = step;
  }

  /** Takes out everything, in the order of the numbers. */
  drain(): readonly number[] {
    if (this.guard !== undefined) return this.guard.withdraw(0, () => true);
    this.sortFrom(this.#head);
    const all = this.#queue.slice(this.#head, this.#tail);
    this.#head = this.#tail = 0;
    return all;
  }

  /** Nothing becomes ready any more. */
  retire(): void {
    this.#queue = noRoom as number[]; // nothing is written to it any more
    this.#head = this.#tail = 0;
  }

  /** From now on `guard` chooses. */
  useGuard(guard: Guard): Guard {
    for (let at = this.#head; at < this.#tail; at++) guard.push(this.#queue[at] as number);
    this.#queue = [];
    this.#head = this.#tail = 0;
    return (this.guard = guard);
  }
}
