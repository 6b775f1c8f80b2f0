import type { Outcome } from '../define/outcome.ts';
import { FlowError, NotVisibleError } from '../errors.ts';
import type { TemplateWork } from '../graph/template.ts';
import type { Logger } from '../logger.ts';
import type { Attached } from './attachment.ts';
import type { ContextRun } from './context.ts';
import { fromInput } from './input.ts';
import { FIRST_OUTCOME } from './kernel/cells.ts';
import { outcomeOf } from './outcomes.ts';
import { resourcesOf } from './resources.ts';
import { hasRecord } from './restored.ts';
import { visibleNode } from './visibility.ts';
import { valueOf } from './writes.ts';

/** What stands behind `FlowContext`. */
export class FlowScope {
  readonly #run: ContextRun;
  readonly #node: number;
  readonly #work: TemplateWork;

  constructor(run: ContextRun, node: number, work: TemplateWork) {
    this.#run = run;
    this.#node = node;
    this.#work = work;
  }

  get input(): unknown {
    return this.#run.input;
  }

  get name(): string {
    return this.#run.kernel.template.flow;
  }

  get runId(): string {
    return this.#run.id;
  }

  get recovering(): boolean {
    return hasRecord(this.#run.restored, this.#work.before);
  }

  get signal(): AbortSignal {
    return this.#run.signalOf(this.#node, 1);
  }

  get logger(): Logger {
    return this.#run.around.logger;
  }

  /** Nothing leaks upward: only what callbacks about the flow have set is seen. */
  get(key: unknown): unknown {
    const { writes, input } = this.#run;
    const kept = writes?.written(this.#node, key) ?? writes?.written(this.#work.before, key);
    return kept === undefined ? fromInput(input, key) : valueOf(kept);
  }

  set(key: unknown, value: unknown): void {
    setAtWork(this.#run, this.#node, this.#work, key, value);
  }

  outcome(ref: unknown): Outcome {
    return endedOutcome(this.#run, ref, this.#work);
  }
}

/** What stands behind `ProcessContext`. */
export class ProcessScope {
  readonly #run: ContextRun;
  readonly #node: number;
  readonly #work: TemplateWork;

  constructor(run: ContextRun, node: number, work: TemplateWork) {
    this.#run = run;
    this.#node = node;
    this.#work = work;
  }

  get input(): unknown {
    return this.#run.input;
  }

  get name(): string {
    return this.#run.kernel.template.regions[this.#work.region]?.name ?? '';
  }

  get flow(): string {
    return this.#run.kernel.template.flow;
  }

  get runId(): string {
    return this.#run.id;
  }

  get recovering(): boolean {
    return hasRecord(this.#run.restored, this.#work.before);
  }

  get signal(): AbortSignal {
    return this.#run.signalOf(this.#node, 1);
  }

  get logger(): Logger {
    return this.#run.around.logger;
  }

  get(key: unknown): unknown {
    const kept = this.#run.writes?.get(this.#node, key);
    return kept === undefined ? fromInput(this.#run.input, key) : valueOf(kept);
  }

  set(key: unknown, value: unknown): void {
    setAtWork(this.#run, this.#node, this.#work, key, value);
  }

  attach(resource: unknown, init?: unknown): Promise<Attached> {
    return resourcesOf(this.#run).attach(this.#work.region, resource, init, this.name);
  }

  acquire(resource: unknown): Attached | undefined {
    return resourcesOf(this.#run).acquire(this.#work.region, resource);
  }

  getByStep(ref: unknown, key: unknown): unknown {
    return valueOf(this.#run.writes?.written(visibleNode(this.#run.kernel, this.#run.plan, ref, this.#node), key));
  }

  outcome(ref: unknown): Outcome {
    return endedOutcome(this.#run, ref, this.#work);
  }
}

function setAtWork(run: ContextRun, node: number, { path }: TemplateWork, key: unknown, value: unknown): void {
  if (run.kernel.state(node) >= FIRST_OUTCOME) {
    throw new FlowError('step-ended', `a callback of '${path}' sets a key after it has ended; set keys while the callback is at work`);
  }
  run.layers().set(node, key, value);
}

function endedOutcome(run: ContextRun, ref: unknown, { region, path: asker }: TemplateWork): Outcome {
  const node = run.plan.lookup.find(ref, region);
  if (run.kernel.state(node) >= FIRST_OUTCOME) return outcomeOf(run.kernel, node);
  const { path } = run.step(node);
  throw new NotVisibleError(path, `'${asker}' asks how step '${path}' ended, and it has not ended; ask after its end`);
}
