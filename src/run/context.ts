import type { Logger } from '../logger.ts';
import type { Outcome } from '../define/outcome.ts';
import { FlowError } from '../errors.ts';
import type { TemplateStep } from '../graph/template.ts';
import type { Attached } from './attachment.ts';
import { fromInput } from './input.ts';
import { SUCCEEDED } from './kernel/cells.ts';
import { missingResult } from './missing.ts';
import { outcomeOf } from './outcomes.ts';
import type { Plan } from './plan.ts';
import { type ResourceRun, resourcesOf } from './resources.ts';
import type { Restored } from './restored.ts';
import type { Surroundings } from './surroundings.ts';
import { visibleNode } from './visibility.ts';
import { valueOf, type Writes } from './writes.ts';

/** The run as its steps see it. */
export interface ContextRun extends ResourceRun {
  readonly id: string;
  readonly input: unknown;
  readonly plan: Plan;
  readonly around: Surroundings;
  readonly writes: Writes | undefined;
  /** What was recorded of the run, when it goes on after an interruption. */
  readonly restored: Restored | undefined;
  /** Returns the layers that steps write to, and makes them for the first writer. */
  layers(): Writes;
  step(node: number): TemplateStep;
  signalOf(node: number, attempt: number): AbortSignal;
  /** Whether this attempt of a step is the one at work. */
  isAtWork(node: number, attempt: number): boolean;
}

/** What stands behind `StepContext`. One is made for every attempt, so it holds no more than where it belongs. */
export class Context {
  readonly #run: ContextRun;
  readonly #node: number;
  readonly attempt: number;
  #signal: AbortSignal | undefined = undefined;
  #results: Readonly<Record<string, unknown>> | undefined = undefined;

  constructor(run: ContextRun, node: number, attempt: number) {
    this.#run = run;
    this.#node = node;
    this.attempt = attempt;
  }

  get input(): unknown {
    return this.#run.input;
  }

  get name(): string {
    return this.#run.step(this.#node).name;
  }

  get path(): string {
    return this.#run.step(this.#node).path;
  }

  get process(): string {
    return this.#run.step(this.#node).process;
  }

  get flow(): string {
    return this.#run.kernel.template.flow;
  }

  get dependencies(): readonly string[] {
    return this.#run.plan.dependencies(this.#node);
  }

  get runId(): string {
    return this.#run.id;
  }

  get recovering(): boolean {
    return this.#run.restored?.reopenings.has(this.#node) === true;
  }

  get idempotencyKey(): string {
    return `${this.#run.id}/${this.path}`;
  }

  get signal(): AbortSignal {
    return (this.#signal ??= this.#run.signalOf(this.#node, this.attempt));
  }

  get logger(): Logger {
    return this.#run.around.logger;
  }

  get results(): Readonly<Record<string, unknown>> {
    return (this.#results ??= this.#readResults());
  }

  #readResults(): Readonly<Record<string, unknown>> {
    const results = Object.create(null) as Record<string, unknown>;
    const { kernel } = this.#run;
    for (const { node, weak } of this.#run.plan.members(this.#node).values()) {
      const { name } = this.#run.step(node);
      const missing = kernel.state(node) !== SUCCEEDED || !kernel.history.endedBefore(node, this.#node);
      if (missing && !weak) Object.defineProperty(results, name, { enumerable: true, get: () => this.#read(node) });
      else Object.defineProperty(results, name, { enumerable: true, value: missing ? undefined : kernel.values[node] });
    }
    return results;
  }

  result(ref: unknown): unknown {
    const { kernel } = this.#run;
    const { lookup } = this.#run.plan;
    const members = kernel.template.overlapping ? this.#run.plan.members(this.#node) : undefined;
    if (members !== undefined) {
      const node = lookup.find(ref, kernel.template.regionOf[this.#node] as number);
      if (members.get(node)?.weak === true && (kernel.state(node) !== SUCCEEDED || !kernel.history.endedBefore(node, this.#node))) return undefined;
    }
    return this.#read(visibleNode(kernel, this.#run.plan, ref, this.#node));
  }

  outcome(ref: unknown): Outcome {
    const { kernel } = this.#run;
    return outcomeOf(kernel, visibleNode(kernel, this.#run.plan, ref, this.#node));
  }

  get(key: unknown): unknown {
    const only = this.#run.plan.restricted?.get(this.#node)?.get(key);
    if (only !== undefined) return this.#run.kernel.history.endedBefore(only, this.#node) ? this.#written(only, key) : undefined;
    const kept = this.#run.writes?.get(this.#node, key);
    return kept === undefined ? fromInput(this.#run.input, key) : valueOf(kept);
  }

  getByStep(ref: unknown, key: unknown): unknown {
    return this.#written(visibleNode(this.#run.kernel, this.#run.plan, ref, this.#node), key);
  }

  endValues(key: unknown): ReadonlyMap<string, unknown> {
    const writers = this.#run.writes?.endWriters(this.#node, key) ?? [];
    return new Map(writers.map((node) => [this.#run.step(node).path, this.#written(node, key)]));
  }

  set(key: unknown, value: unknown): void {
    if (!this.#run.isAtWork(this.#node, this.attempt)) {
      throw new FlowError('step-ended', `step '${this.path}' sets a key after it has ended; set keys while the step is at work`);
    }
    this.#run.layers().set(this.#node, key, value);
  }

  attach(resource: unknown, init?: unknown): Promise<Attached> {
    const { region, path } = this.#run.step(this.#node);
    if (this.#run.isAtWork(this.#node, this.attempt)) return resourcesOf(this.#run).attach(region, resource, init, path);
    return Promise.reject(new FlowError('step-ended', `step '${path}' attaches a resource after it has ended; attach it while the step is at work`));
  }

  acquire(resource: unknown): Attached | undefined {
    return resourcesOf(this.#run).acquire(this.#run.step(this.#node).region, resource);
  }

  /** What a step itself set under a key. */
  #written(node: number, key: unknown): unknown {
    return valueOf(this.#run.writes?.written(node, key));
  }

  #read(node: number): unknown {
    const { kernel } = this.#run;
    const state = kernel.state(node);
    if (state === SUCCEEDED) return kernel.values[node];
    throw missingResult(kernel, node);
  }
}
