import { FlowError, InvalidOptionError } from '../errors.ts';
import type { CallbackKind } from './callback-list.ts';
import { type Duration, timeoutMs } from './duration.ts';
import { inspectedAs } from './inspected.ts';
import { checkedLimit } from './limit.ts';
import { merge, type MergedSteps } from './merge.ts';
import { type RetryPolicy, retryOf } from './retry-policy.ts';
import { ScopeBuilder } from './scope-builder.ts';
import { checkedText, shown } from './shown.ts';
import type { ProcessSpec } from './spec.ts';

/** What stands behind `Process`. */
export class ProcessBuilder extends ScopeBuilder {
  /** Its builder. Nothing but the name is read here, so that builders of flows and processes do not need one another's types. */
  readonly flow: { readonly name: string };
  readonly #spec: ProcessSpec;

  constructor(flow: { readonly name: string }, spec: ProcessSpec) {
    super(spec);
    this.flow = flow;
    this.#spec = spec;
  }

  get name(): string {
    return this.#spec.name;
  }

  merge(source: ProcessBuilder): MergedSteps {
    this.#spec.assertOpen();
    if (source instanceof ProcessBuilder) return merge(source.#spec, this.#spec);
    throw new InvalidOptionError('invalid-option', `process '${this.name}' cannot merge ${shown(source)}; give a process`);
  }

  after(...processes: readonly ProcessBuilder[]): this {
    this.#spec.flow.assertOpen();
    for (const process of processes) {
      if (!(process instanceof ProcessBuilder) || process.#spec.flow !== this.#spec.flow) {
        throw new FlowError('foreign-handle', `process '${this.name}' cannot be ordered after ${shown(process)}; give processes of flow '${this.flow.name}'`);
      }
      if (!this.#spec.after.includes(process.#spec)) this.#spec.after.push(process.#spec);
    }
    return this;
  }

  concurrency(limit: number): this {
    this.#spec.flow.assertOpen();
    this.#spec.limit = checkedLimit(limit, `process '${this.name}'`);
    return this;
  }

  stepRetry(retry: RetryPolicy): this {
    this.#spec.flow.assertOpen();
    this.#spec.retry = retryOf(retry, `the step retry of process '${this.name}'`);
    return this;
  }

  stepTimeout(timeout: Duration): this {
    this.#spec.flow.assertOpen();
    this.#spec.timeoutMs = timeoutMs(timeout, `the step timeout of process '${this.name}'`);
    return this;
  }

  processTimeout(timeout: Duration): this {
    this.#spec.flow.assertOpen();
    this.#spec.processTimeoutMs = timeoutMs(timeout, `the timeout of process '${this.name}'`);
    return this;
  }

  describe(text: string): this {
    this.#spec.flow.assertOpen();
    this.#spec.description = checkedText(text, `the description of '${this.name}'`);
    return this;
  }

  beforeProcess(fn: unknown, options?: unknown): this {
    return this.#call('beforeProcess', fn, options);
  }

  afterProcess(fn: unknown, options?: unknown): this {
    return this.#call('afterProcess', fn, options);
  }

  beforeStep(fn: unknown, options?: unknown): this {
    return this.#call('beforeStep', fn, options);
  }

  afterStep(fn: unknown, options?: unknown): this {
    return this.#call('afterStep', fn, options);
  }

  disableDefaults(): this {
    this.#spec.flow.assertOpen();
    this.#spec.callbacks.withoutDefaults = true;
    return this;
  }

  toJSON(): string {
    return this.name;
  }

  #call(kind: CallbackKind, fn: unknown, options: unknown): this {
    this.#spec.flow.assertOpen();
    this.#spec.callbacks.add(kind, fn, options, `process '${this.name}'`);
    return this;
  }
}

inspectedAs(ProcessBuilder, ({ name, flow }) => `process '${name}' of flow '${flow.name}'`);
