import type { Logger } from '../logger.ts';
import type { Outcome } from '../define/outcome.ts';
import { ScopeToken } from '../define/body.ts';
import { FlowError, NotVisibleError } from '../errors.ts';
import type { TemplateStep } from '../graph/template.ts';
import type { Attached } from './attachment.ts';
import { fromInput } from './input.ts';
import { SUCCEEDED } from './kernel/cells.ts';
import { missingResult } from './missing.ts';
import { outcomeOf } from './outcomes.ts';
import type { Plan } from './plan.ts';
import { type ResourceRun, resourcesOf } from './resources.ts';
import type { Remembered } from './restored.ts';
import type { Surroundings } from './surroundings.ts';
import { visibleNode } from './visibility.ts';
import { valueOf, type Writes } from './writes.ts';

/** Where a body belongs: to the step at `node` of another scope. */
export interface Outer {
  readonly run: ContextRun;
  readonly node: number;
}

/** The run as its steps see it. */
export interface ContextRun extends ResourceRun {
  readonly id: string;
  readonly input: unknown;
  readonly plan: Plan;
  readonly around: Surroundings;
  readonly writes: Writes | undefined;
  /** The scope around this one, whose results and keys its steps may read. */
  readonly outer: Outer | undefined;
  /** What was recorded of the run, when it goes on after an interruption. */
  readonly restored: Remembered | undefined;
  /** Returns the layers that steps write to, and makes them for the first writer. */
  layers(): Writes;
  /** What stands for an item, if it does here. */
  readToken(token: ScopeToken): { readonly value: unknown } | undefined;
  /** What the idempotency key of a step says, apart from the run. */
  keyAt(node: number): string;
  step(node: number): TemplateStep;
  signalOf(node: number, attempt: number): AbortSignal;
  /** Whether this attempt of a step is the one at work. */
  isAtWork(node: number, attempt: number): boolean;
  /** Whose resources a step uses, and those of which process. */
  attachedTo(node: number): { readonly run: ResourceRun; readonly region: number };
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
    return this.#run.kernel.pathAt(this.#node);
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
    return `${this.#run.id}/${this.#run.keyAt(this.#node)}`;
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
    if (ref instanceof ScopeToken) return this.#token(ref);
    const home = this.#home(ref);
    if (home !== this) return home.result(ref);
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
    const home = this.#home(ref);
    if (home !== this) return home.outcome(ref);
    const { kernel } = this.#run;
    return outcomeOf(kernel, visibleNode(kernel, this.#run.plan, ref, this.#node));
  }

  get(key: unknown): unknown {
    const only = this.#run.plan.restricted?.get(this.#node)?.get(key);
    if (only !== undefined) return this.#run.kernel.history.endedBefore(only, this.#node) ? this.#written(only, key) : undefined;
    const kept = this.#run.writes?.get(this.#node, key);
    if (kept !== undefined) return valueOf(kept);
    const { outer } = this.#run;
    return outer === undefined ? fromInput(this.#run.input, key) : new Context(outer.run, outer.node, 1).get(key);
  }

  getByStep(ref: unknown, key: unknown): unknown {
    const home = this.#home(ref);
    if (home !== this) return home.getByStep(ref, key);
    return this.#written(visibleNode(this.#run.kernel, this.#run.plan, ref, this.#node), key);
  }

  endValues(key: unknown): ReadonlyMap<string, unknown> {
    const writers = this.#run.writes?.endWriters(this.#node, key) ?? [];
    const { outer } = this.#run;
    if (writers.length === 0 && outer !== undefined) return new Context(outer.run, outer.node, 1).endValues(key);
    return new Map(writers.map((node) => [this.#run.kernel.pathAt(node), this.#written(node, key)]));
  }

  set(key: unknown, value: unknown): void {
    if (!this.#run.isAtWork(this.#node, this.attempt)) {
      throw new FlowError('step-ended', `step '${this.path}' sets a key after it has ended; set keys while the step is at work`);
    }
    this.#run.layers().set(this.#node, key, value);
  }

  attach(resource: unknown, init?: unknown): Promise<Attached> {
    const { path } = this;
    const { run, region } = this.#run.attachedTo(this.#node);
    if (this.#run.isAtWork(this.#node, this.attempt)) return resourcesOf(run).attach(region, resource, init, path);
    return Promise.reject(new FlowError('step-ended', `step '${path}' attaches a resource after it has ended; attach it while the step is at work`));
  }

  acquire(resource: unknown): Attached | undefined {
    const { run, region } = this.#run.attachedTo(this.#node);
    return resourcesOf(run).acquire(region, resource);
  }

  /** This context, or that of the nearest composite step around it in whose scope there is such a step. */
  #home(ref: unknown): Context {
    if (this.#run.outer === undefined) return this;
    for (let at: Outer | undefined = { run: this.#run, node: this.#node }; at !== undefined; at = at.run.outer) {
      if (at.run.plan.lookup.has(ref)) return at.run === this.#run ? this : new Context(at.run, at.node, 1);
    }
    return this;
  }

  #token(token: ScopeToken): unknown {
    for (let at: ContextRun | undefined = this.#run; at !== undefined; at = at.outer?.run) {
      const found = at.readToken(token);
      if (found !== undefined) return found.value;
    }
    throw new NotVisibleError(token.name, `step '${this.path}' reads the ${token.name} of '${token.of}', which it is not inside of; read it in the body of that step`);
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
