import type { Template } from './template.ts';

/** How many edges are followed back before a question is worth a set. */
const near = 64;

/** How much memory the sets of one flow may take together, in bytes. */
const mostBytes = 16 * 1024 * 1024;

/** What comes after a node: one bit for each node from `first` on. */
interface After {
  readonly first: number;
  readonly bits: Uint8Array;
}

/**
 * Answers whether one node comes before another, over edges of any kind. What is near is found on the edges; for the rest, what
 * comes after a node is worked out when it is first asked for and kept as one bit for each node that can come after it, so that a
 * question about the same node again costs the same in a flow of any size. If every step of n is asked for from afar, that is
 * n² / 16 bytes, 6.25 MB for 10,000 steps; above 16 MB the oldest sets go.
 */
export class Ancestry {
  readonly #template: Template;
  readonly #after = new Map<number, After>();
  #bytes = 0;
  #outs: readonly (readonly number[])[] | undefined;
  readonly #open: number[] = [];

  constructor(template: Template) {
    this.#template = template;
  }

  isBefore(ancestor: number, node: number): boolean {
    const { stepCount } = this.#template;
    if (ancestor >= node && ancestor < stepCount) return false; // steps are numbered by tier
    return this.#isNear(ancestor, node) ?? has(this.#descendants(ancestor), node);
  }

  /** Follows the edges back from `node`; `undefined` when there are too many. */
  #isNear(ancestor: number, node: number): boolean | undefined {
    const { inStart, ins, stepCount } = this.#template;
    const low = ancestor < stepCount ? ancestor : -1;
    const open = this.#open;
    open.length = 0;
    let left = near;
    for (let at: number | undefined = node; at !== undefined; at = open.pop()) {
      const end = inStart[at + 1] as number;
      for (let slot = inStart[at] as number; slot < end; slot++) {
        const before = ins[slot] as number;
        if (before === ancestor) return true;
        if (--left === 0) return undefined;
        if (before > low) open.push(before);
      }
    }
    return false;
  }

  #descendants(of: number): After {
    const known = this.#after.get(of);
    if (known !== undefined) return known;
    const { size, stepCount } = this.#template;
    const first = of < stepCount ? of : 0;
    const after = { first, bits: new Uint8Array(((size - first) >> 3) + 1) };
    const outs = (this.#outs ??= outsOf(this.#template));
    const open = [of];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const next of outs[node] as readonly number[]) {
        if (has(after, next)) continue;
        const bit = next - first;
        after.bits[bit >> 3] = (after.bits[bit >> 3] as number) | (1 << (bit & 7));
        open.push(next);
      }
    }
    this.#keep(of, after);
    return after;
  }

  #keep(of: number, after: After): void {
    this.#bytes += after.bits.length;
    this.#after.set(of, after);
    for (const [oldest, { bits }] of this.#after) {
      if (this.#bytes <= mostBytes) break;
      this.#bytes -= bits.length;
      this.#after.delete(oldest);
    }
  }
}

function has({ first, bits }: After, node: number): boolean {
  const bit = node - first;
  return bit >= 0 && (((bits[bit >> 3] as number) >> (bit & 7)) & 1) === 1;
}

/** The edges out of each node, optional ones too: those of the template hold back, and an optional one does not. */
function outsOf({ size, inStart, ins }: Template): readonly (readonly number[])[] {
  const outs: number[][] = Array.from({ length: size }, () => []);
  for (let node = 0; node < size; node++) {
    const end = inStart[node + 1] as number;
    for (let slot = inStart[node] as number; slot < end; slot++) outs[ins[slot] as number]?.push(node);
  }
  return outs;
}
