import type { RecordHooks, Records } from '../define/records.ts';
import { isThenable } from './thenable.ts';
import { errorOf } from './thrown.ts';

/** When units began, and where their records go. There is one only for runs of a registry that records. */
export class Recorder {
  readonly #records: Records;
  readonly #startedAt = new Map<number, number>();
  readonly #now: () => number;
  readonly #wrong: (error: Error, path: string) => void;

  constructor(records: Records, now: () => number, wrong: (error: Error, path: string) => void) {
    this.#records = records;
    this.#now = now;
    this.#wrong = wrong;
  }

  /** Inserts the record of a node, if its kind is recorded; a promise only if the hook returned one. */
  insert(kind: keyof Records, node: number, path: string, facts: object): unknown {
    const hooks = this.#records[kind];
    if (hooks === undefined) return undefined;
    const startedAt = this.#now();
    this.#startedAt.set(node, startedAt);
    return this.#call(hooks, 'insert', path, { ...facts, startedAt, endedAt: undefined });
  }

  /** Updates the record of a node, if it was inserted. */
  update(kind: keyof Records, node: number, path: string, facts: object): unknown {
    const hooks = this.#records[kind];
    const startedAt = this.#startedAt.get(node);
    if (hooks === undefined || startedAt === undefined) return undefined;
    return this.#call(hooks, 'update', path, { ...facts, startedAt, endedAt: this.#now() });
  }

  #call(hooks: RecordHooks<never>, hook: 'insert' | 'update', path: string, record: object): unknown {
    try {
      const returned = hooks[hook]?.(record as never); // made by the caller for its kind
      return isThenable(returned) ? Promise.resolve(returned).catch((thrown: unknown) => this.#wrong(errorOf(thrown), path)) : undefined;
    } catch (thrown) {
      this.#wrong(errorOf(thrown), path);
      return undefined;
    }
  }
}
