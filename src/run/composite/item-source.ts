import { errorOf } from '../thrown.ts';

/** An async iterable, item by item. */
export class ItemSource {
  readonly #iterator: AsyncIterator<unknown>;
  /** How many items are passed over. */
  #behind: number;

  constructor(items: AsyncIterable<unknown>, behind: number) {
    this.#iterator = items[Symbol.asyncIterator]();
    this.#behind = behind;
  }

  async next(): Promise<IteratorResult<unknown>> {
    for (; this.#behind > 0; this.#behind--) if ((await this.#iterator.next()).done === true) break;
    return this.#iterator.next();
  }

  /** Lets it clean up. */
  close(wrong: (error: Error) => void): void {
    try {
      this.#iterator.return?.()?.then(undefined, (thrown: unknown) => wrong(errorOf(thrown)));
    } catch (thrown) {
      wrong(errorOf(thrown));
    }
  }
}
