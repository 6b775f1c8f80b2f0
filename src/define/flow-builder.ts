import type { Applied, ApplyOptions, PossibleNext } from './apply.ts';
import { checkedBody, filled } from './body.ts';
import type { CallbackKind } from './callback-list.ts';
import { CallableFlow } from './callable.ts';
import { checkedDurability, type Durability } from './durability.ts';
import { type Duration, timeoutMs } from './duration.ts';
import type { Engine } from './engine.ts';
import type { StepExplanation } from './explanation.ts';
import type { FlowGraph } from './graph.ts';
import { inspectedAs } from './inspected.ts';
import { checkedLimit } from './limit.ts';
import { checkedName } from './names.ts';
import { ProcessBuilder } from './process-builder.ts';
import { type RetryPolicy, retryOf } from './retry-policy.ts';
import type { FlowResult, Run, RunOptions } from './run.ts';
import { checkedText } from './shown.ts';
import { type FlowSpec, ProcessSpec } from './spec.ts';

/** What stands behind `Flow`. */
export class FlowBuilder extends CallableFlow {
  readonly #spec: FlowSpec;
  readonly #engine: Engine;

  constructor(spec: FlowSpec, engine: Engine) {
    super(spec);
    this.#spec = spec;
    this.#engine = engine;
  }

  get name(): string {
    return this.#spec.name;
  }

  process(name: string): ProcessBuilder {
    this.#spec.assertOpen();
    const process = new ProcessSpec(this.#spec, checkedName('process', name));
    this.#spec.processes.push(process);
    return new ProcessBuilder(this, process);
  }

  steps(body: unknown): ProcessBuilder {
    this.#spec.assertOpen();
    const process = new ProcessSpec(this.#spec, 'steps', true);
    const builder = new ProcessBuilder(this, process);
    const fill = checkedBody(body, "the body of 'steps'");
    this.#spec.processes.push(process);
    try {
      filled(process, fill, builder as never);
    } catch (error) {
      this.#spec.remove(process);
      throw error;
    }
    return builder;
  }

  stepRetry(retry: RetryPolicy): this {
    this.#spec.assertOpen();
    this.#spec.retry = retryOf(retry, `the step retry of flow '${this.name}'`);
    return this;
  }

  stepTimeout(timeout: Duration): this {
    this.#spec.assertOpen();
    this.#spec.timeoutMs = timeoutMs(timeout, `the step timeout of flow '${this.name}'`);
    return this;
  }

  processTimeout(timeout: Duration): this {
    this.#spec.assertOpen();
    this.#spec.processTimeoutMs = timeoutMs(timeout, `the process timeout of flow '${this.name}'`);
    return this;
  }

  flowTimeout(timeout: Duration): this {
    this.#spec.assertOpen();
    this.#spec.flowTimeoutMs = timeoutMs(timeout, `the timeout of flow '${this.name}'`);
    return this;
  }

  durability(durability: Durability): this {
    this.#spec.assertOpen();
    this.#spec.durability = checkedDurability(durability, `flow '${this.name}'`);
    return this;
  }

  concurrency(limit: number): this {
    this.#spec.assertOpen();
    this.#spec.limit = checkedLimit(limit, `flow '${this.name}'`);
    return this;
  }

  describe(text: string): this {
    this.#spec.assertOpen();
    this.#spec.description = checkedText(text, `the description of '${this.name}'`);
    return this;
  }

  beforeFlow(fn: unknown, options?: unknown): this {
    return this.#call('beforeFlow', fn, options);
  }

  afterFlow(fn: unknown, options?: unknown): this {
    return this.#call('afterFlow', fn, options);
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
    this.#spec.assertOpen();
    this.#spec.callbacks.withoutDefaults = true;
    return this;
  }

  graph(): FlowGraph {
    return this.#engine.graph(this.#spec);
  }

  explain(ref: unknown): StepExplanation {
    return this.#engine.explain(this.#spec, ref);
  }

  compile(): FlowGraph {
    return this.#engine.compile(this.#spec);
  }

  run(input?: unknown, options?: RunOptions): Promise<FlowResult> {
    return this.#engine.run(this.#spec, input, options);
  }

  start(input?: unknown, options?: RunOptions): Run {
    return this.#engine.start(this.#spec, input, options);
  }

  apply(snapshot: unknown, options?: ApplyOptions<unknown>): Promise<Applied> {
    return this.#engine.apply(this.#spec, snapshot, options);
  }

  isCompleted(snapshot: unknown): boolean {
    return this.#engine.isCompleted(this.#spec, snapshot);
  }

  cursor(snapshot: unknown): readonly string[] {
    return this.#engine.cursor(this.#spec, snapshot);
  }

  possibleNext(snapshot: unknown): readonly PossibleNext[] {
    return this.#engine.possibleNext(this.#spec, snapshot);
  }

  toJSON(): string {
    return this.name;
  }

  #call(kind: CallbackKind, fn: unknown, options: unknown): this {
    this.#spec.assertOpen();
    this.#spec.callbacks.add(kind, fn, options, `flow '${this.name}'`);
    return this;
  }
}

inspectedAs(FlowBuilder, ({ name }) => `flow '${name}'`);
