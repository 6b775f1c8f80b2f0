import type { Work } from './work.ts';

/** The composite steps of a scope that are at work. There is one only for scopes that have had any. */
export class OpenWorks {
  readonly #works = new Map<number, Work>();

  get size(): number {
    return this.#works.size;
  }

  get(node: number): Work | undefined {
    return this.#works.get(node);
  }

  add(node: number, work: Work): void {
    this.#works.set(node, work);
  }

  delete(node: number): void {
    this.#works.delete(node);
  }

  pump(): void {
    for (const work of this.#works.values()) work.pump();
  }

  wake(nodes: readonly number[]): void {
    for (const node of nodes) this.#works.get(node)?.wake();
  }

  listen(): void {
    for (const work of this.#works.values()) work.listen();
  }

  async suspendResources(): Promise<void> {
    for (const work of [...this.#works.values()]) await work.suspendResources();
  }

  abandon(error: Error | undefined): void {
    for (const work of this.#works.values()) work.abandon(error);
  }

  /** When the first of them goes on by itself, but not after `latest`; `undefined` while something of one is at work. */
  restUntil(latest: number): number | undefined {
    let until = latest;
    for (const { restsUntil } of this.#works.values()) {
      if (restsUntil === undefined) return undefined;
      until = Math.min(until, restsUntil);
    }
    return until;
  }
}
