import { type Duration, timeoutMs } from './duration.ts';
import type { Engine } from './engine.ts';
import type { FlowGraph } from './graph.ts';
import { checkedLimit } from './limit.ts';
import { checkedName } from './names.ts';
import { ProcessBuilder } from './process-builder.ts';
import { type RetryPolicy, retryOf } from './retry-policy.ts';
import type { FlowResult, Run, RunOptions } from './run.ts';
import { type FlowSpec, ProcessSpec } from './spec.ts';

/** What stands behind `Flow`. */
export class FlowBuilder {
  readonly #spec: FlowSpec;
  readonly #engine: Engine;

  constructor(spec: FlowSpec, engine: Engine) {
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

  concurrency(limit: number): this {
    this.#spec.assertOpen();
    this.#spec.limit = checkedLimit(limit, `flow '${this.name}'`);
    return this;
  }

  describe(text: string): this {
    this.#spec.assertOpen();
    this.#spec.description = text;
    return this;
  }

  graph(): FlowGraph {
    return this.#engine.graph(this.#spec);
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
}
