import { FlowError } from '../errors.ts';

/** A value under a key as a suspended run keeps it. Typed keys come back by their names: a key has no identity beyond its process. */
export interface RecordedEntry {
  readonly key: string;
  readonly isTyped: boolean;
  readonly value: unknown;
}

/** A resource as a suspended run keeps it. */
export interface ResourceRecord {
  readonly name: string;
  readonly entity: unknown;
  readonly entries: readonly RecordedEntry[];
}

/** What stands behind `Attachment`. */
export class Attached {
  readonly name: string;
  readonly process: string;
  #entity: unknown;
  readonly #values = new Map<unknown, unknown>();
  /** Values of typed keys from before a suspension, until someone comes with the key. */
  readonly #recorded = new Map<string, unknown>();
  #isReleased = false;

  constructor(name: string, process: string, entity: unknown, entries: readonly RecordedEntry[] = []) {
    this.name = name;
    this.process = process;
    this.#entity = entity;
    for (const { key, isTyped, value } of entries) (isTyped ? this.#recorded : this.#values).set(key, value);
  }

  get entity(): unknown {
    return this.#entity;
  }

  update(entity: unknown): void {
    this.#assertOpen('is updated');
    this.#entity = entity;
  }

  get(key: unknown): unknown {
    if (this.#values.has(key)) return this.#values.get(key);
    return typeof key === 'string' ? undefined : this.#recorded.get(nameOf(key));
  }

  set(key: unknown, value: unknown): void {
    this.#assertOpen('sets a key');
    this.#values.set(key, value);
  }

  clear(): void {
    this.#assertOpen('is cleared');
    this.#entity = undefined;
    this.#values.clear();
    this.#recorded.clear();
  }

  close(): void {
    this.#isReleased = true;
  }

  /** What a suspended run keeps; of typed keys with one name the last one set. */
  get record(): ResourceRecord {
    const typed = new Map(this.#recorded);
    const entries: RecordedEntry[] = [];
    for (const [key, value] of this.#values) {
      if (typeof key === 'string') entries.push({ key, isTyped: false, value });
      else typed.set(nameOf(key), value);
    }
    for (const [key, value] of typed) entries.push({ key, isTyped: true, value });
    return { name: this.name, entity: this.#entity, entries };
  }

  #assertOpen(what: string): void {
    if (!this.#isReleased) return;
    throw new FlowError('resource-released', `resource '${this.name}' ${what} after process '${this.process}' has released it; use it while the process is at work`);
  }
}

function nameOf(key: unknown): string {
  return (key as { readonly name: string }).name; // what is no string is a key
}
