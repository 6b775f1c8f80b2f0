import type { InternalErrorStage } from '../define/events.ts';
import type { Outcome } from '../define/outcome.ts';
import type { WorkedStatus } from '../define/callbacks.ts';
import { CallbackError } from '../errors.ts';
import type { Chain } from '../graph/chains.ts';
import { pathOf } from '../graph/path-of.ts';
import type { TemplateStep } from '../graph/template.ts';
import type { Alarm } from './alarm.ts';
import type { Attempts } from './attempts.ts';
import { ChainRun, type Unit } from './chain-run.ts';
import { mayStart } from './conditions.ts';
import { Context } from './context.ts';
import { type GeneratedRun, runGenerated } from './generated.ts';
import { ABORTED, EXPIRED, FIRST_OUTCOME, RETURNED, RUNNING } from './kernel/cells.ts';
import { isThenable } from './thenable.ts';
import { errorOf, isAbortError } from './thrown.ts';

/** What endings need of their run. */
export interface EndingRun extends GeneratedRun {
  readonly attempts: Attempts | undefined;
  readonly alarm: Alarm;
  readonly failFast: boolean;
  /** Calls the function of a node at work; its end is told to `ended`. */
  call(node: number, attempt: number, s?: Context): void;
  pump(): void;
  abortReason(node: number, expired: boolean): unknown;
  retrying(node: number, attempt: number, error: Error, retryAt: number): void;
  problem(stage: InternalErrorStage, thrown: unknown, path: string): void;
}

const noChain: Chain = [];

/** How the work of a node ended. */
type End = Extract<Outcome, { readonly status: WorkedStatus }>;

/**
 * What stands around the attempts of a step that has a policy, callbacks or a record: what comes before the first one, what an
 * end of one means, and what comes after the last one. There is one only for runs that need more than the kernel.
 */
export class Endings {
  readonly #run: EndingRun;
  /** Steps at work whose function was never called. */
  readonly uncalled: Set<number> = new Set();
  /** Steps whose callbacks before the work have failed or were cut short. */
  readonly #unbegun = new Set<number>();
  /** The generated nodes that have begun. */
  readonly #begun = new Set<number>();
  /** Steps whose callbacks after the work take their time. */
  readonly #closing = new Set<number>();

  constructor(run: EndingRun) {
    this.#run = run;
  }

  /** A node was taken: calls its function, once the callbacks before it have let it. */
  start(node: number): void {
    const { kernel } = this.#run;
    const attempt = kernel.attempt(node);
    if (attempt === 1 && kernel.template.conditional?.[node] === 1 && !mayStart(this.#run, node)) return;
    const chains = kernel.template.chains?.[node];
    if (chains === undefined || attempt > 1 || (chains.before.length === 0 && this.#run.recorder === undefined)) {
      this.#run.call(node, attempt);
      return;
    }
    const inserted = this.#run.recorder?.insert('step', node, this.#path(node), this.#facts(node, undefined));
    if (!isThenable(inserted)) {
      this.#before(node);
      return;
    }
    this.uncalled.add(node);
    void Promise.resolve(inserted).then(() => {
      if (kernel.state(node) < FIRST_OUTCOME && kernel.overruns?.abandoned.has(node) !== true) this.#before(node);
      this.#run.pump();
    });
  }

  /** Does the work of a generated node. */
  generated(node: number): Promise<void> {
    this.#run.around.slots?.release(); // limits are for steps
    return runGenerated(this.#run, node, this.#begun);
  }

  /** A function returned or threw; what that means depends on whether it was still expected to. */
  ended(node: number, attempt: number, returned: boolean, value: unknown): void {
    const { kernel, attempts, recorder } = this.#run;
    const state = kernel.state(node);
    if (returned && state === RUNNING && attempts === undefined && recorder === undefined && kernel.template.chains === undefined) {
      kernel.succeed(node, value);
      this.#release(node);
      return;
    }
    if (!this.#run.isAtWork(node, attempt) || state === RETURNED || this.#isClosing(node)) {
      if (!returned) this.#run.problem('late-step', value, this.#path(node));
      return;
    }
    if (state === EXPIRED || attempts?.isLate(node, this.#run.alarm) === true) this.#failed(node, attempt, this.#run.abortReason(node, true) as Error);
    else if (returned) this.#conclude(node, { status: 'succeeded', value });
    else if (state === ABORTED) this.#stopped(node, value);
    else this.#failed(node, attempt, errorOf(value));
  }

  /** A step did not end within the grace that it was given: the run goes on without it. */
  overdue(node: number): void {
    if (this.#run.kernel.state(node) >= FIRST_OUTCOME) return; // it has ended at the last moment
    if (this.uncalled.has(node)) this.#unbegun.add(node);
    if (this.#run.kernel.state(node) === EXPIRED) this.#failed(node, this.#run.kernel.attempt(node), this.#run.abortReason(node, true) as Error);
    else this.halted(node);
  }

  /** A step is at work for nothing but its callbacks, because of a stop. */
  halted(node: number): void {
    this.#conclude(node, { status: 'stopped', reason: this.#run.abortReason(node, false) });
  }

  #before(node: number): void {
    const s = new Context(this.#run, node, 1);
    const failure = new ChainRun(this.#run.kernel.template.chains?.[node]?.before ?? [], new StepUnit(this.#run, node, s, undefined, true)).run();
    if (!(failure instanceof Promise)) {
      this.#begin(node, s, failure);
      return;
    }
    this.uncalled.add(node);
    void failure.then((late) => {
      this.#begin(node, s, late);
      this.#run.pump();
    });
  }

  /** The callbacks before the work are through. */
  #begin(node: number, s: Context, failure: CallbackError | undefined): void {
    const { kernel } = this.#run;
    const state = kernel.state(node);
    if (state >= FIRST_OUTCOME || this.#isClosing(node)) return;
    if (failure === undefined && state === RUNNING && !kernel.isClosed(node)) {
      if (this.uncalled.size > 0) this.uncalled.delete(node);
      this.#run.call(node, 1, s);
      return;
    }
    this.uncalled.add(node);
    if (failure !== undefined) this.#unbegun.add(node);
    if (failure === undefined || state === ABORTED) this.halted(node);
    else this.#conclude(node, { status: 'failed', error: failure });
  }

  /** A step threw after its signal aborted: nobody asks for its error, unless it is not about the abort. What callbacks throw has been told. */
  #stopped(node: number, thrown: unknown): void {
    const isTold = thrown === this.#run.abortReason(node, false) || isAbortError(thrown) || thrown instanceof CallbackError;
    if (!isTold) this.#run.problem('late-step', thrown, this.#path(node));
    this.halted(node);
  }

  #failed(node: number, attempt: number, error: Error): void {
    const step = this.#step(node);
    const retryAt = step && this.#run.attempts?.retry(node, attempt, step, error, this.#run.alarm, (thrown) => this.#run.problem('predicate', thrown, step.path));
    if (retryAt === undefined) {
      this.#conclude(node, { status: 'failed', error });
      return;
    }
    this.#run.retrying(node, attempt, error, retryAt);
    this.#release(node);
  }

  /** The work of a node has ended for good: what is left are the callbacks and the record after it. */
  #conclude(node: number, end: End): void {
    const { kernel, recorder } = this.#run;
    const after = kernel.template.chains?.[node]?.after ?? noChain;
    if ((after.length === 0 && recorder === undefined) || node >= kernel.template.stepCount || this.#isGivenUp(node)) {
      this.#finish(node, end);
      return;
    }
    kernel.returned(node);
    const began = this.#unbegun.size === 0 || !this.#unbegun.delete(node);
    const failure = new ChainRun(after, new StepUnit(this.#run, node, new Context(this.#run, node, kernel.attempt(node)), end, began)).run();
    if (!(failure instanceof Promise)) {
      this.#record(node, end, failure, false);
      return;
    }
    this.#closing.add(node);
    void failure.then((late) => this.#record(node, end, late, true));
  }

  /** The callbacks after the work are through; one that had to go well makes a success a failure. */
  #record(node: number, end: End, failure: CallbackError | undefined, late: boolean): void {
    if (late && this.#run.kernel.state(node) >= FIRST_OUTCOME) return;
    const last: End = failure !== undefined && end.status === 'succeeded' ? { status: 'failed', error: failure } : end;
    const updated = this.#run.recorder?.update('step', node, this.#path(node), this.#facts(node, last));
    if (isThenable(updated)) {
      this.#closing.add(node);
      void Promise.resolve(updated).then(() => {
        this.#finish(node, last);
        this.#run.pump();
      });
      return;
    }
    this.#finish(node, last);
    if (late) this.#run.pump();
  }

  #finish(node: number, end: End): void {
    const { kernel } = this.#run;
    if (this.#closing.size > 0) this.#closing.delete(node);
    if (kernel.state(node) >= FIRST_OUTCOME) return;
    if (end.status === 'succeeded') kernel.succeed(node, end.value);
    else if (end.status === 'failed') kernel.fail(node, end.error, this.#run.failFast ? this.#run.alarm.now() : undefined);
    else kernel.stopped(node);
    this.#release(node);
  }

  /** Gives the slot of a step on, at once, perhaps to this run: what became of the step has to be known before. */
  #release(node: number): void {
    if (node < this.#run.kernel.template.stepCount) this.#run.around.slots?.release(this.#run);
  }

  #isClosing(node: number): boolean {
    return this.#closing.size > 0 && this.#closing.has(node);
  }

  /** Whether no callback may start any more: they took too long after a forced stop, or the function did. */
  #isGivenUp(node: number): boolean {
    const { kernel } = this.#run;
    return this.#isClosing(node) || (kernel.overruns?.abandoned.has(node) === true && kernel.isForced(node));
  }

  #facts(node: number, end: End | undefined): object {
    const status = end?.status ?? 'running';
    const { kernel, id: runId } = this.#run;
    const { path, process, name: step } = this.#run.step(node);
    return { runId, flow: kernel.template.flow, path, process, step, status, error: end?.status === 'failed' ? end.error : undefined };
  }

  #step(node: number): TemplateStep | undefined {
    return this.#run.kernel.template.steps[node];
  }

  #path(node: number): string {
    return pathOf(this.#run.kernel.template, node);
  }
}

/** A step, as its callbacks need it. One is made for each end of it, so it works out no more than it is asked for. */
export class StepUnit implements Unit {
  readonly errors: EndingRun;
  readonly context: Context;
  readonly ended: End | undefined;
  readonly began: boolean;
  readonly #node: number;

  constructor(run: EndingRun, node: number, context: Context, ended: End | undefined, began: boolean) {
    this.errors = run;
    this.context = context;
    this.ended = ended;
    this.began = began;
    this.#node = node;
  }

  get status(): WorkedStatus | undefined {
    return this.ended?.status;
  }

  /** A step that is given up before its work still has the callbacks after it. */
  get isGivenUp(): boolean {
    const { kernel } = this.errors;
    return kernel.state(this.#node) >= FIRST_OUTCOME || (this.ended === undefined && kernel.overruns?.abandoned.has(this.#node) === true);
  }

  get path(): string {
    return pathOf(this.errors.kernel.template, this.#node);
  }
}
