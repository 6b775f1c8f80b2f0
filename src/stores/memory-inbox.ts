import type { Message } from '../durable/store.ts';

/** The messages to one run of a store in memory. */
export class MemoryInbox {
  readonly #known = new Set<string>();
  readonly #unread = new Map<string, Message>();

  /** Those that were not consumed yet. */
  get unread(): readonly Message[] {
    return [...this.#unread.values()];
  }

  knows(id: string): boolean {
    return this.#known.has(id);
  }

  add({ id, at, text }: Message): void {
    this.#known.add(id);
    this.#unread.set(id, Object.freeze({ id, at, text }));
  }

  consume(ids: readonly string[]): void {
    for (const id of ids) this.#unread.delete(id);
  }

  hasMoreThan(seen: readonly string[]): boolean {
    const known = new Set(seen);
    return [...this.#unread.keys()].some((id) => !known.has(id));
  }
}
