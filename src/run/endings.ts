import type { InternalErrorStage } from '../define/events.ts';
import { CallbackError } from '../errors.ts';
import type { Alarm } from './alarm.ts';
import type { Attempts } from './attempts.ts';
import { mayStart } from './conditions.ts';
import type { Context } from './context.ts';
import { begunBefore, runGenerated } from './generated.ts';
import { ABORTED, EXPIRED, FIRST_OUTCOME, RETURNED, RUNNING } from './kernel/cells.ts';
import type { NodeSet } from './kernel/node-set.ts';
import { type End, type Finisher, StepSurroundings, type Surrounded } from './step-surroundings.ts';
import type { Reopening } from './restored.ts';
import type { RunSettings } from './run-settings.ts';
import { errorOf, isAbortError } from './thrown.ts';

/** What endings need of their run. */
export interface EndingRun extends Surrounded {
  readonly attempts: Attempts | undefined;
  readonly alarm: Alarm;
  readonly settings: RunSettings;
  abortReason(node: number, expired: boolean): unknown;
  retrying(node: number, attempt: number, error: Error, retryAt: number): void;
  problem(stage: InternalErrorStage, thrown: unknown, path: string): void;
}

/**
 * What the start and the end of an attempt mean, where that takes more than telling the kernel: conditions, policies, stops,
 * callbacks, records. There is one only for runs that need it.
 */
export class Endings implements Finisher {
  readonly #run: EndingRun;
  readonly #surroundings: StepSurroundings;
  /** The generated nodes that have begun. */
  readonly #begun: Set<number>;
  /** The composite steps that have begun. */
  readonly #opened = new Set<number>();
  /** How nodes go on that were at work when the run was interrupted. */
  readonly #reopenings: Map<number, Reopening>;

  constructor(run: EndingRun) {
    this.#run = run;
    this.#surroundings = new StepSurroundings(run, this);
    this.#reopenings = new Map(run.restored?.reopenings);
    this.#begun = begunBefore(run);
  }

  /** Steps at work whose function was never called. */
  get uncalled(): NodeSet {
    return this.#surroundings.uncalled;
  }

  /** A node was taken: calls its function, once its conditions and the callbacks before it have let it. */
  start(node: number): void {
    const { kernel } = this.#run;
    if (kernel.state(node) !== RUNNING && !this.#mayStillStart(node)) return;
    this.#surroundings.uncalled.delete(node);
    const attempt = kernel.attempt(node);
    const reopening = this.#reopenings.size === 0 ? undefined : this.#reopenings.get(node);
    if (reopening !== undefined) this.#reopen(node, reopening);
    else if (attempt > 1) this.#run.call(node, attempt);
    else if (kernel.template.conditional?.[node] !== 1 || mayStart(this.#run, node)) this.#surroundings.before(node);
  }

  /** A composite step has begun: its slot of the registry is for those inside of it. */
  opened(node: number): void {
    this.#opened.add(node);
    if (this.#run.restored?.reopenings.get(node)?.begun !== true) this.#run.journal?.opened(node);
    this.#run.around.slots?.release(this.#run);
  }

  /** A node was taken for the first time, and starts when that is recorded. */
  expect(node: number): void {
    this.#surroundings.uncalled.add(node);
  }

  /** Whether a node that a stop has reached before its start was recorded is to start all the same. */
  #mayStillStart(node: number): boolean {
    const { kernel, around } = this.#run;
    if (kernel.state(node) === ABORTED && this.#reopenings.has(node)) return true; // how it goes on is known there
    if (node >= kernel.template.stepCount) around.slots?.release(); // nobody else would
    if (kernel.state(node) === ABORTED) this.halted(node);
    return false;
  }

  /** Does the work of a generated node. */
  generated(node: number): Promise<void> {
    this.#run.around.slots?.release(); // limits are for steps
    const reopening = this.#run.restored?.reopenings.get(node);
    return runGenerated(this.#run, node, this.#begun, reopening);
  }

  /** A node that was at work when the run was interrupted goes on. */
  #reopen(node: number, reopening: Reopening): void {
    const { kernel } = this.#run;
    this.#reopenings.delete(node);
    if (reopening.writes.length > 0) this.#run.layers().recall(new Map([[node, reopening.writes]]));
    const isOpen = reopening.begun && kernel.template.composites?.[node] !== undefined; // what is in it is to end, too
    if (kernel.isAborted(node) && reopening.end === undefined && !isOpen) this.halted(node);
    else if (node >= kernel.template.stepCount) this.#run.call(node, kernel.attempt(node));
    else if (reopening.begun || kernel.template.conditional?.[node] !== 1 || mayStart(this.#run, node)) this.#surroundings.reopen(node, reopening);
  }

  /**
   * A function returned or threw; what that means depends on whether it was still expected to.
   *
   * @param s - what the function got, if it is known
   */
  ended(node: number, attempt: number, returned: boolean, value: unknown, s?: Context): void {
    const { kernel, attempts } = this.#run;
    const state = kernel.state(node);
    if (returned && state === RUNNING && attempts === undefined) {
      this.#surroundings.after(node, { status: 'succeeded', value }, s);
      return;
    }
    if (!this.#run.isAtWork(node, attempt) || state === RETURNED || this.#surroundings.isClosing(node)) {
      if (!returned) this.#run.problem('late-step', value, this.#path(node));
      return;
    }
    if (state === EXPIRED || attempts?.isLate(node, this.#run.alarm) === true) this.#failed(node, attempt, this.#run.abortReason(node, true) as Error);
    else if (returned) this.#surroundings.after(node, { status: 'succeeded', value }, s);
    else if (state === ABORTED) this.#stopped(node, value);
    else this.#failed(node, attempt, errorOf(value));
  }

  /** A composite step has ended as what is in it did, unless its own time is up. */
  composed(node: number, end: End): void {
    const { kernel, attempts, alarm } = this.#run;
    const isLate = kernel.state(node) === EXPIRED || attempts?.isLate(node, alarm) === true;
    const isUp = end.status === 'stopped' && !kernel.isClosed(node) && attempts?.isUp(node, alarm) === true; // nobody else has stopped it
    if (isLate || isUp) kernel.insides?.delete(node);
    this.#surroundings.after(node, isLate || isUp ? { status: 'failed', error: this.#run.abortReason(node, true) as Error } : end);
  }

  /** A step did not end within the grace that it was given: the run goes on without it. */
  overdue(node: number): void {
    const kept = this.#reopenings.get(node)?.end;
    if (kept !== undefined) this.finish(node, kept);
    if (this.#run.kernel.state(node) >= FIRST_OUTCOME || this.#surroundings.giveUp(node)) return;
    if (this.#run.kernel.state(node) === EXPIRED) this.#failed(node, this.#run.kernel.attempt(node), this.#run.abortReason(node, true) as Error);
    else this.halted(node);
  }

  /** A step is at work for nothing but its callbacks, because of a stop. */
  halted(node: number): void {
    this.#surroundings.after(node, { status: 'stopped', reason: this.#run.abortReason(node, false) });
  }

  finish(node: number, given: End): void {
    const { kernel } = this.#run;
    if (kernel.state(node) >= FIRST_OUTCOME) return;
    const end = this.#run.journal?.keep(node, given) ?? given;
    if (end.status === 'succeeded') kernel.succeed(node, end.value);
    else if (end.status === 'failed') kernel.fail(node, end.error, this.#run.settings.failFast ? this.#run.alarm.now() : undefined);
    else kernel.stopped(node);
    this.#release(node);
  }

  /** A step threw after its signal aborted: nobody asks for its error, unless it is not about the abort. What callbacks throw has been told. */
  #stopped(node: number, thrown: unknown): void {
    const isTold = thrown === this.#run.abortReason(node, false) || isAbortError(thrown) || thrown instanceof CallbackError;
    if (!isTold) this.#run.problem('late-step', thrown, this.#path(node));
    this.halted(node);
  }

  #failed(node: number, attempt: number, error: Error): void {
    const step = this.#run.kernel.template.steps[node];
    const retryAt = step && this.#run.attempts?.retry(node, attempt, step, error, this.#run.alarm, (thrown) => this.#run.problem('predicate', thrown, this.#path(node)));
    if (retryAt === undefined) {
      this.#surroundings.after(node, { status: 'failed', error });
      return;
    }
    this.#run.journal?.retrying(node, attempt + 1, retryAt, error);
    this.#run.retrying(node, attempt, error, retryAt);
    this.#release(node);
  }

  /** Gives the slot of a step on, at once, perhaps to this run: what became of the step has to be known before. */
  #release(node: number): void {
    if (this.#opened.size > 0 && this.#opened.delete(node)) return;
    if (node < this.#run.kernel.template.stepCount) this.#run.around.slots?.release(this.#run);
  }

  #path(node: number): string {
    return this.#run.kernel.pathAt(node);
  }
}
