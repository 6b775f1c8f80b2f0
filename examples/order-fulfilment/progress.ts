import type { WriteStream } from 'node:tty';
import { fates, type Fate } from './verdict.ts';

/** Shows how far the job is: one line that is written again and again on a terminal, a line for every 50 orders elsewhere. */
export class Progress {
  readonly #total: number;
  readonly #out: WriteStream;
  readonly #counts = new Map<Fate, number>();
  #done = 0;

  constructor(total: number, out: WriteStream) {
    this.#total = total;
    this.#out = out;
  }

  /** Counts an order that has ended. */
  add(fate: Fate): void {
    this.#done += 1;
    this.#counts.set(fate, (this.#counts.get(fate) ?? 0) + 1);
    const isLast = this.#done === this.#total;
    if (this.#out.isTTY) this.#out.write(`\r${this.#line().slice(0, (this.#out.columns || 80) - 1)}\u001b[K${isLast ? '\n' : ''}`);
    else if (isLast || this.#done % 50 === 0) this.#out.write(`${this.#line()}\n`);
  }

  #line(): string {
    const width = 24;
    const full = Math.floor((this.#done / this.#total) * width);
    const counts = fates.flatMap((fate) => (this.#counts.has(fate) ? [`${this.#counts.get(fate)} ${fate}`] : []));
    const done = String(this.#done).padStart(String(this.#total).length);
    return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${done}/${this.#total}  ${counts.join(' · ')}`;
  }
}
