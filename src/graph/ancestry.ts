import type { Template } from './template.ts';

/** How much memory the sets of one flow may take together, in bits. */
const mostBits = 64 * 1024 * 1024;

/**
 * Answers whether one node comes before another, over edges of any kind. What comes after a node is worked out when it is first
 * asked for and kept as one bit for each node, so a question about the same node again costs the same in a flow of any size.
 */
export class Ancestry {
  readonly #template: Template;
  readonly #after = new Map<number, Uint8Array>();
  #outs: readonly (readonly number[])[] | undefined;

  constructor(template: Template) {
    this.#template = template;
  }

  isBefore(ancestor: number, node: number): boolean {
    const { inStart, ins } = this.#template;
    const end = inStart[node + 1] as number;
    for (let slot = inStart[node] as number; slot < end; slot++) if (ins[slot] === ancestor) return true;
    return (((this.#descendants(ancestor)[node >> 3] as number) >> (node & 7)) & 1) === 1;
  }

  #descendants(of: number): Uint8Array {
    const known = this.#after.get(of);
    if (known !== undefined) return known;
    const { size } = this.#template;
    const after = new Uint8Array((size >> 3) + 1);
    const outs = (this.#outs ??= outsOf(this.#template));
    const open = [of];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const next of outs[node] ?? []) {
        const bit = 1 << (next & 7);
        if (((after[next >> 3] as number) & bit) !== 0) continue;
        after[next >> 3] = (after[next >> 3] as number) | bit;
        open.push(next);
      }
    }
    if ((this.#after.size + 1) * size > mostBits) this.#after.clear();
    this.#after.set(of, after);
    return after;
  }
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
