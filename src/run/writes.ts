import type { Ancestry } from '../graph/ancestry.ts';
import type { Kernel } from './kernel/kernel.ts';

const few = 16;

/** One value that a step set; the later ones of the same step come first. */
interface Write {
  readonly key: unknown;
  value: unknown;
  readonly next: Write | undefined;
}

/**
 * What the steps of a run set under keys. Every step has a layer of its own: it sees it at once, the steps after it when it
 * has ended. Nothing is ever visible to a sibling.
 */
export class Writes {
  readonly #kernel: Kernel;
  readonly #ancestry: Ancestry;
  readonly #layers: (Write | undefined)[];
  /** The steps that set anything, up to one more than a few. */
  readonly #writers: number[] = [];

  constructor(kernel: Kernel, ancestry: Ancestry) {
    this.#kernel = kernel;
    this.#ancestry = ancestry;
    this.#layers = kernel.template.blanks.values.slice();
  }

  set(node: number, key: unknown, value: unknown): void {
    if (this.#layers[node] === undefined && this.#writers.length <= few) this.#writers.push(node);
    const own = find(this.#layers[node], key);
    if (own === undefined) this.#layers[node] = { key, value, next: this.#layers[node] };
    else own.value = value;
  }

  /** Returns exactly what a node set under a key. */
  of(node: number, key: unknown): { readonly value: unknown } | undefined {
    return find(this.#layers[node], key);
  }

  /** Returns what `reader` sees under a key: its own write, else that of the nearest ancestor, else nothing. */
  get(reader: number, key: unknown): { readonly value: unknown } | undefined {
    return find(this.#layers[reader], key) ?? this.#inherited(reader, key);
  }

  #inherited(reader: number, key: unknown): Write | undefined {
    const nearest = this.#writers.length <= few ? this.#writersBefore(reader, key) : this.#frontier(reader, key);
    if (nearest.length <= 1) return nearest.length === 0 ? undefined : this.#written(nearest[0] as number, key);
    const { template } = this.#kernel;
    const last = nearest
      .filter((node) => !nearest.some((other) => other !== node && this.#ancestry.isBefore(node, other)))
      .reduce((a, b) => ((template.steps[a]?.spec.index ?? 0) > (template.steps[b]?.spec.index ?? 0) ? a : b));
    return this.#written(last, key);
  }

  /** All writers that come before the reader: where few steps set anything, asking each is cheaper than a search. */
  #writersBefore(reader: number, key: unknown): readonly number[] {
    return this.#writers.filter(
      (node) => this.#written(node, key) !== undefined && this.#ancestry.isBefore(node, reader) && this.#kernel.history.endedBefore(node, reader),
    );
  }

  /** The nearest writers on each way back from the reader. */
  #frontier(reader: number, key: unknown): readonly number[] {
    const { template } = this.#kernel;
    const writers: number[] = [];
    const seen = new Set<number>();
    const open = [reader];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const end = template.inStart[node + 1] as number;
      for (let slot = template.inStart[node] as number; slot < end; slot++) {
        const before = template.ins[slot] as number;
        if (seen.has(before)) continue;
        seen.add(before);
        if (this.#written(before, key) !== undefined && this.#kernel.history.endedBefore(before, reader)) writers.push(before);
        else open.push(before);
      }
    }
    return writers;
  }

  #written(node: number, key: unknown): Write | undefined {
    return find(this.#layers[node], key);
  }
}

function find(layer: Write | undefined, key: unknown): Write | undefined {
  let write = layer;
  while (write !== undefined && write.key !== key) write = write.next;
  return write;
}
