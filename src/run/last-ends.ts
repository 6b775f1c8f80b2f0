import { visitUpTo } from '../graph/walk.ts';
import type { Kernel } from './kernel/kernel.ts';

/** When the last ancestor of each node ended: tells whether a step that can start before its ancestors have ended did so. */
export class LastEnds {
  readonly #kernel: Kernel;
  readonly #ends: (number | undefined)[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Whether all ancestors of a node had ended when it first started; for one that has not started, whether they have. */
  allBefore(node: number): boolean {
    return this.#of(node) < this.#kernel.history.startOf(node);
  }

  #of(node: number): number {
    const known = this.#ends[node];
    if (known !== undefined) return known;
    const open: number[] = [];
    visitUpTo(this.#kernel.template, node, (before) => this.#ends[before] !== undefined, (before) => {
      const last = this.#latest(before);
      this.#ends[before] = last;
      if (last === Infinity) open.push(before);
    });
    const last = this.#ends[node] as number; // just made
    for (const unknown of open) this.#ends[unknown] = undefined; // what has not ended yet may end
    return last;
  }

  #latest(node: number): number {
    const { history, template } = this.#kernel;
    const end = template.inStart[node + 1] as number;
    let last = -1;
    for (let slot = template.inStart[node] as number; slot < end; slot++) {
      const before = template.ins[slot] as number;
      last = Math.max(last, this.#ends[before] as number, before < template.workCount ? history.endOf(before) : -1);
    }
    return last;
  }
}
