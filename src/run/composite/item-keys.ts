import { shown } from '../../define/shown.ts';
import type { RoleFunction } from '../../define/spec.ts';
import { FlowError } from '../../errors.ts';

/** The keys of items: unique, and fit for paths. */
export class ItemKeys {
  readonly #key: RoleFunction | undefined;
  readonly #path: string;
  readonly #keys: string[] = [];
  readonly #known = new Map<string, number>();

  constructor(key: RoleFunction | undefined, path: string) {
    this.#key = key;
    this.#path = path;
  }

  get count(): number {
    return this.#keys.length;
  }

  /** The key of an item, as it stands in paths. */
  at(index: number): string {
    return this.#keys[index] as string; // every caller stays below the count
  }

  /** Adds a key that was recorded. */
  recall(key: string): void {
    this.#known.set(key, this.#keys.length);
    this.#keys.push(key);
  }

  /** Returns the key of the next item. */
  add(item: unknown, index: number): string {
    const given: unknown = this.#key === undefined ? index : (this.#key as (item: unknown, index: number) => unknown)(item, index); // so the builders say
    const key = encoded(given, this.#path);
    const before = this.#known.get(key);
    if (before !== undefined) {
      throw new FlowError('duplicate-key', `items ${before} and ${index} of step '${this.#path}' have the same key ${shown(given)}; give each its own`);
    }
    this.recall(key);
    return key;
  }
}

function encoded(given: unknown, path: string): string {
  const text = typeof given === 'number' && Number.isFinite(given) ? String(given) : given;
  if (typeof text !== 'string' || text === '' || /\p{Surrogate}/u.test(text)) {
    throw new FlowError('invalid-name', `the key of an item of step '${path}' is ${shown(given)}; give a text that is not empty, or a number`);
  }
  return encodeURIComponent(text);
}
