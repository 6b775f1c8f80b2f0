import type { CallbackSpec } from '../define/callback-list.ts';
import type { InternalErrorStage } from '../define/events.ts';
import { CallbackError, type CallbackPlace } from '../errors.ts';
import type { Chain, Level } from '../graph/chains.ts';
import type { ProblemDetails } from './problems.ts';
import type { Position } from './restored.ts';
import { isThenable } from './thenable.ts';
import { errorOf } from './thrown.ts';

const levels: readonly Level['name'][] = ['registry', 'flow', 'process', 'step'];

/** Who is told what callbacks threw; that of a `must` one is a failure of the unit besides. */
export interface CallbackErrors {
  problem(stage: InternalErrorStage, thrown: unknown, path: string | undefined, details?: ProblemDetails): void;
}

/** What a chain of callbacks is about. */
export interface Unit {
  /** What callbacks get. */
  readonly context: unknown;
  /** What callbacks that run after the end get as well. */
  readonly ended: unknown;
  /** How it ended, as a word; `undefined` before the work. */
  readonly status: string | undefined;
  /** Whether everything before the work went well; else only `always` callbacks run after it. */
  readonly began: boolean;
  /** Its path or name. */
  readonly path: string;
  /** Whether its callbacks may still run: not when it was given up and has its outcome without them. */
  readonly isOpen: boolean;
  readonly errors: CallbackErrors;
}

/**
 * Runs the callbacks of one unit, level by level, each after the other. A failure of a `must` one ends it, `'break'` ends a level;
 * neither holds back `always` callbacks.
 */
export class ChainRun {
  readonly #chain: Chain;
  readonly #unit: Unit;
  #level = 0;
  #order = 0;
  #broken = false;
  #failure: CallbackError | undefined = undefined;

  /** @param from - where it goes on; at the first level that is not before it when that level has no callbacks any more */
  constructor(chain: Chain, unit: Unit, from?: Position) {
    this.#chain = chain;
    this.#unit = unit;
    if (from !== undefined) this.#goTo(from);
  }

  /** Returns the failure of a `must` callback, if there was one; a promise only if a callback returned one. */
  run(): CallbackError | undefined | Promise<CallbackError | undefined> {
    for (let spec = this.#next(); spec !== undefined; spec = this.#next()) {
      if (!this.#unit.isOpen) break;
      try {
        const returned = spec.fn(this.#unit.context, this.#unit.ended);
        if (isThenable(returned)) return this.#later(spec, returned);
        if (returned === 'break') this.#broken = true;
      } catch (thrown) {
        this.#failed(spec, thrown);
      }
    }
    return this.#failure;
  }

  #goTo({ level, order }: Position): void {
    this.#level = this.#chain.findIndex(({ name }) => levels.indexOf(name) >= levels.indexOf(level));
    if (this.#level < 0) this.#level = this.#chain.length;
    else if (this.#chain[this.#level]?.name === level) this.#order = order - 1;
  }

  async #later(spec: CallbackSpec, returned: PromiseLike<unknown>): Promise<CallbackError | undefined> {
    try {
      if ((await returned) === 'break') this.#broken = true;
    } catch (thrown) {
      this.#failed(spec, thrown);
    }
    return this.run();
  }

  /** The next callback that is let through. */
  #next(): CallbackSpec | undefined {
    for (let level = this.#chain[this.#level]; level !== undefined; level = this.#chain[++this.#level]) {
      while (this.#order < level.callbacks.length) {
        const spec = level.callbacks[this.#order++] as CallbackSpec; // below the length
        if ((spec.always || (this.#unit.began && !this.#broken && this.#failure === undefined)) && this.#lets(spec)) return spec;
      }
      this.#order = 0;
      this.#broken = false;
    }
    return undefined;
  }

  #lets(spec: CallbackSpec): boolean {
    const { status } = this.#unit;
    if (status !== undefined && (spec.when?.includes(status) === false || spec.exclude?.includes(status) === true)) return false;
    if (spec.if === undefined) return true;
    try {
      const answer: unknown = spec.if(); // a caller without a compiler may answer with anything
      if (typeof answer === 'boolean') return answer;
      if (isThenable(answer)) Promise.resolve(answer).catch(() => undefined);
      throw new TypeError(`the filter 'if' of a callback answered with ${isThenable(answer) ? 'a promise' : typeof answer}; answer with true or false`);
    } catch (thrown) {
      this.#wrong(thrown, this.#place(spec));
      return false;
    }
  }

  #failed(spec: CallbackSpec, thrown: unknown): void {
    const error = errorOf(thrown);
    const place = this.#place(spec);
    if (spec.must) this.#failure ??= new CallbackError(this.#unit.path, place, error);
    this.#wrong(error, place);
  }

  #wrong(thrown: unknown, callback: CallbackPlace): void {
    this.#unit.errors.problem('callback', thrown, this.#unit.path, { callback });
  }

  #place({ kind, must }: CallbackSpec): CallbackPlace {
    return { kind, level: this.#chain[this.#level]?.name ?? 'step', order: this.#order, must };
  }
}
