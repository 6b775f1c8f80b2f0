import type { Records } from '../define/records.ts';
import type { Kernel } from './kernel/kernel.ts';
import { recordedStatus } from './outcomes.ts';
import { isThenable } from './thenable.ts';
import { errorOf } from './thrown.ts';

/** A record that was inserted and not updated yet. */
interface OpenRecord {
  readonly kind: keyof Records;
  readonly path: string;
  readonly facts: object;
  readonly startedAt: number;
  /** The end of the insertion, if its hook takes its time. */
  readonly inserted: Promise<unknown> | undefined;
}

/** Keeps the execution records of one run. There is one only for runs of a registry that records. */
export class Recorder {
  readonly #records: Records;
  readonly #open = new Map<number, OpenRecord>();
  readonly #now: () => number;
  readonly #wrong: (error: Error, path: string) => void;

  constructor(records: Records, now: () => number, wrong: (error: Error, path: string) => void) {
    this.#records = records;
    this.#now = now;
    this.#wrong = wrong;
  }

  /** Inserts the record of a node, if its kind is recorded; a promise only if the hook returned one. */
  insert(kind: keyof Records, node: number, path: string, facts: object): Promise<unknown> | undefined {
    if (this.#records[kind] === undefined) return undefined;
    const startedAt = this.#now();
    const inserted = this.#call(kind, 'insert', path, { startedAt, endedAt: undefined, ...facts });
    this.#open.set(node, { kind, path, facts, startedAt, inserted });
    return inserted;
  }

  /** The record of a node was inserted when the run was interrupted: only its update is left. */
  known(kind: keyof Records, node: number, path: string, facts: object, startedAt: number): void {
    if (this.#records[kind] !== undefined) this.#open.set(node, { kind, path, facts, startedAt, inserted: undefined });
  }

  /** Updates the record of a node once, if it has one, and not before its insertion is over. */
  update(node: number, facts: object): Promise<unknown> | undefined {
    const open = this.#open.get(node);
    if (open === undefined) return undefined;
    this.#open.delete(node);
    const { kind, path, startedAt, inserted } = open;
    const record = { startedAt, endedAt: this.#now(), ...facts };
    return inserted === undefined ? this.#call(kind, 'update', path, record) : inserted.then(() => this.#call(kind, 'update', path, record));
  }

  /** Updates what is still open when the run ends without it: after a forced stop, and of steps that it went on without. */
  end(kernel: Kernel): void {
    for (const [node, { facts }] of this.#open) void this.update(node, { ...facts, status: recordedStatus(kernel, node) });
  }

  #call(kind: keyof Records, hook: 'insert' | 'update', path: string, record: object): Promise<unknown> | undefined {
    try {
      const returned: unknown = this.#records[kind]?.[hook]?.(record as never); // made by the caller for its kind
      return isThenable(returned) ? Promise.resolve(returned).catch((thrown: unknown) => this.#wrong(errorOf(thrown), path)) : undefined;
    } catch (thrown) {
      this.#wrong(errorOf(thrown), path);
      return undefined;
    }
  }
}
