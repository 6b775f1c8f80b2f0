import type { Outcome } from '../define/outcome.ts';
import type { Logger } from '../logger.ts';
import type { Context } from './context.ts';

/** What stands behind `ConditionContext`: a step's context without anything that changes the run. */
export class ConditionView {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    Object.freeze(this);
  }

  get input(): unknown {
    return this.#context.input;
  }

  get name(): string {
    return this.#context.name;
  }

  get path(): string {
    return this.#context.path;
  }

  get process(): string {
    return this.#context.process;
  }

  get flow(): string {
    return this.#context.flow;
  }

  get runId(): string {
    return this.#context.runId;
  }

  get logger(): Logger {
    return this.#context.logger;
  }

  result(ref: unknown): unknown {
    return this.#context.result(ref);
  }

  outcome(ref: unknown): Outcome {
    return this.#context.outcome(ref);
  }

  get(key: unknown): unknown {
    return this.#context.get(key);
  }
}
