import type { Ancestry } from '../graph/ancestry.ts';
import type { Template } from '../graph/template.ts';
import { uncovered, visitUpTo } from '../graph/walk.ts';

/**
 * What a node inherits under a key: the node whose value it is, `NOTHING`, or the nearest writers of which none comes before
 * another, the latest declared one first. `MANY` stands for writers that are too many to be kept.
 */
export type View = number | readonly number[];

export const NOTHING = -1;
export const MANY = -2;

/** How many writers are kept at a join, beside one for each edge into it. */
const few = 16;

/**
 * What the nodes of a run inherit under one key. A view does not depend on who reads, because it is only worked out for a node
 * all of whose ancestors have ended; so it is kept, and all lookups of a run cost O(nodes + edges) together.
 */
export class Views {
  readonly #template: Template;
  readonly #ancestry: Ancestry;
  /** What each node set; see `Column`. */
  readonly #values: readonly unknown[];
  readonly #views: (View | undefined)[] = [];

  constructor(template: Template, ancestry: Ancestry, values: readonly unknown[]) {
    this.#template = template;
    this.#ancestry = ancestry;
    this.#values = values;
  }

  of(node: number): View {
    if (this.#views[node] === undefined) this.#makeUpTo(node);
    return this.#views[node] as View; // just made
  }

  #makeUpTo(node: number): void {
    const views = this.#views;
    const values = this.#values;
    visitUpTo(this.#template, node, (before) => views[before] !== undefined || (values[before] !== undefined && before !== node), (before) => {
      views[before] = this.#make(before);
    });
  }

  #make(node: number): View {
    const { inStart, ins } = this.#template;
    let view: View = NOTHING;
    const end = inStart[node + 1] as number;
    for (let slot = inStart[node] as number; slot < end; slot++) {
      const other = this.#through(ins[slot] as number);
      if (other === view || other === NOTHING) continue;
      if (view !== NOTHING) return this.#join(node);
      view = other;
    }
    return view;
  }

  /** What a node passes on: what it set covers what it inherits. */
  #through(node: number): View {
    return this.#values[node] === undefined ? (this.#views[node] as View) : node;
  }

  #join(node: number): View {
    const { inStart, ins } = this.#template;
    const start = inStart[node] as number;
    const end = inStart[node + 1] as number;
    const views = new Set<View>();
    for (let slot = start; slot < end; slot++) views.add(this.#through(ins[slot] as number));
    views.delete(NOTHING);
    const writers = new Set<number>();
    for (const view of views) {
      if (view === MANY) return MANY;
      if (typeof view === 'number') writers.add(view);
      else for (const writer of view) writers.add(writer);
      if (writers.size > few + end - start) return MANY;
    }
    const left = this.#nearest([...writers]);
    return left.length === 1 ? (left[0] as number) : latestFirst(this.#template, left);
  }

  #nearest(writers: readonly number[]): readonly number[] {
    if (writers.length > few) return uncovered(this.#template, writers);
    return writers.filter((writer) => !this.#isCovered(writer, writers));
  }

  #isCovered(writer: number, writers: readonly number[]): boolean {
    for (const other of writers) if (other !== writer && this.#ancestry.isBefore(writer, other)) return true;
    return false;
  }
}

/** Sorts writers by their declaration, the latest first; a node that is no declared step goes behind all that are. */
export function latestFirst({ steps, size }: Template, writers: readonly number[]): readonly number[] {
  const rank = (node: number): number => steps[node]?.spec.index ?? node - size;
  if (writers.length > few) return writers.toSorted((a, b) => rank(b) - rank(a));
  const sorted: number[] = []; // so few that sorting takes longer
  for (const writer of writers) {
    let at = sorted.length;
    for (; at > 0 && rank(sorted[at - 1] as number) < rank(writer); at--) sorted[at] = sorted[at - 1] as number;
    sorted[at] = writer;
  }
  return sorted;
}
