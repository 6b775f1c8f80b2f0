import { shown } from '../../define/shown.ts';
import { errorOf } from '../thrown.ts';

/** An async iterable, item by item. */
export class ItemSource {
  readonly #iterator: AsyncIterator<unknown>;
  /** How many items are passed over. */
  #behind: number;
  /** Whether it has ended by itself, and has cleaned up. */
  #isDone = false;

  constructor(items: AsyncIterable<unknown>, behind: number) {
    this.#iterator = items[Symbol.asyncIterator]();
    this.#behind = behind;
  }

  async next(): Promise<IteratorResult<unknown>> {
    for (; this.#behind > 0 && !this.#isDone; this.#behind--) await this.#next();
    return this.#isDone ? { done: true, value: undefined } : this.#next();
  }

  async #next(): Promise<IteratorResult<unknown>> {
    try {
      const next: unknown = await this.#iterator.next();
      if (typeof next !== 'object' || next === null) throw new TypeError(`an async iterator gave ${shown(next)} instead of a result`);
      this.#isDone = (next as IteratorResult<unknown>).done === true;
      return next as IteratorResult<unknown>;
    } catch (error) {
      this.#isDone = true;
      throw error;
    }
  }

  /** Lets it clean up. */
  close(wrong: (error: Error) => void): void {
    if (this.#isDone) return;
    try {
      this.#iterator.return?.()?.then(undefined, (thrown: unknown) => wrong(errorOf(thrown)));
    } catch (thrown) {
      wrong(errorOf(thrown));
    }
  }
}
