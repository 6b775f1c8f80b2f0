import type { WorkedOutcome } from '../define/callbacks.ts';
import type { CallbackError } from '../errors.ts';
import type { Chain } from '../graph/chains.ts';
import { progressAt, runChain, type Units } from './chain-run.ts';
import { Context } from './context.ts';
import type { GeneratedRun } from './generated.ts';
import { ABORTED, FIRST_OUTCOME, RUNNING } from './kernel/cells.ts';
import { NodeSet } from './kernel/node-set.ts';
import type { ScopeJournal } from './journal.ts';
import { type Position, type Reopening, sinceOf } from './restored.ts';
import { isThenable } from './thenable.ts';

/** How the work of a node ended. */
export type End = WorkedOutcome;

/** The run whose steps have something around them. */
export interface Surrounded extends GeneratedRun {
  readonly journal: ScopeJournal | undefined;
  /** Whether the run goes on elsewhere, or not at all. */
  readonly isRefused: boolean;
  /** Goes on with a node at work once everything that was recorded so far is kept. */
  holdAtWork(work: () => void): void;
  /** Calls the function of a node at work. */
  call(node: number, attempt: number, s?: Context): void;
  pump(): void;
}

/** Who goes on when nothing is left to do around a node. */
export interface Finisher {
  /** The step gets no attempt, because of a stop. */
  halted(node: number): void;
  /** The step has its outcome. */
  finish(node: number, end: End): void;
}

const noChain: Chain = [];

/** Runs the callbacks and keeps the records around the attempts of steps: before the first one, and after the last one. */
export class StepSurroundings implements Units {
  readonly errors: Surrounded;
  readonly #run: Surrounded;
  readonly #finisher: Finisher;
  /** Steps at work whose function was never called. */
  readonly uncalled: NodeSet = new NodeSet();
  /** Steps whose callbacks before the work have failed or were cut short. */
  readonly #unbegun = new Set<number>();
  /** How the work of those steps ended whose callbacks after it take their time. */
  readonly #closing = new Map<number, End>();

  constructor(run: Surrounded, finisher: Finisher) {
    this.errors = this.#run = run;
    this.#finisher = finisher;
  }

  /** Calls the function of a node for the first time, once what comes before it is through. */
  before(node: number): void {
    const chain = this.#run.kernel.template.chains?.[node]?.before ?? noChain;
    if (node >= this.#run.kernel.template.stepCount || (chain.length === 0 && this.#run.recorder === undefined)) {
      this.#run.call(node, this.#run.kernel.attempt(node));
      return;
    }
    const inserted = this.#run.recorder?.insert('step', node, this.pathOf(node), this.#facts(node, undefined));
    if (isThenable(inserted)) this.#callBeforeWhen(inserted, node, chain);
    else this.#callBefore(node, chain);
  }

  #callBeforeWhen(inserted: PromiseLike<unknown>, node: number, chain: Chain): void {
    this.uncalled.add(node);
    void Promise.resolve(inserted).then(() => {
      this.#callBefore(node, chain);
      this.#run.pump();
    });
  }

  /** Goes on with a step that was at work when the run was interrupted. */
  reopen(node: number, { begun, from, end }: Reopening): void {
    const { kernel, recorder, restored } = this.#run;
    const startedAt = recorder && sinceOf(restored, node);
    if (startedAt !== undefined) recorder?.known('step', node, this.pathOf(node), this.#facts(node, undefined), startedAt);
    if (end !== undefined) this.#close(node, end, from, undefined);
    else if (begun) this.#run.call(node, kernel.attempt(node));
    else this.#callBefore(node, kernel.template.chains?.[node]?.before ?? noChain, from, kernel.isClosed(node));
  }

  /**
   * The work of a node has ended for good: finishes it, once what comes after it is through.
   *
   * @param s - what its function got, if it was called
   */
  after(node: number, end: End, s?: Context): void {
    const { kernel, recorder } = this.#run;
    const chain = kernel.template.chains?.[node]?.after ?? noChain;
    if ((chain.length === 0 && recorder === undefined) || node >= kernel.template.stepCount || this.#isGivenUp(node) || this.#run.isRefused) {
      this.#finish(node, end);
      return;
    }
    if (this.#run.journal === undefined) this.#close(node, end, undefined, s);
    else this.#closeWhenKept(node, this.#run.journal, end, s);
  }

  #closeWhenKept(node: number, journal: ScopeJournal, end: End, s: Context | undefined): void {
    const kept = journal.keep(node, end);
    this.#run.kernel.returned(node);
    this.#closing.set(node, kept);
    journal.returned(node, kept);
    this.#run.holdAtWork(() => this.#close(node, kept, undefined, s));
  }

  /** Runs what comes after the work of a node. */
  #close(node: number, end: End, from: Position | undefined, s: Context = new Context(this.#run, node, this.#run.kernel.attempt(node))): void {
    const { kernel } = this.#run;
    if (kernel.state(node) >= FIRST_OUTCOME) return; // the run went on without it
    kernel.returned(node);
    const chain = kernel.template.chains?.[node]?.after ?? noChain;
    const failure = runChain(chain, this, node, s, copyOf(end), from && progressAt(chain, from)); // a callback that changes the copy changes nothing
    if (failure instanceof Promise) this.#updateWhen(failure, node, end);
    else this.#update(node, end, failure, false);
  }

  #updateWhen(failure: Promise<CallbackError | undefined>, node: number, end: End): void {
    this.#closing.set(node, end);
    void failure.then((late) => this.#update(node, end, late, true));
  }

  /** Whether what comes after the work of a step is at work. */
  isClosing(node: number): boolean {
    return this.#closing.size > 0 && this.#closing.has(node);
  }

  /**
   * What stands around a step has taken longer than its grace. Returns whether its work had ended before: then that stays its
   * end, and nothing more is waited for. What comes before the work, if it was that, makes it a step that never begins.
   */
  giveUp(node: number): boolean {
    const end = this.#closing.get(node);
    if (end !== undefined) this.#finish(node, end);
    else if (this.uncalled.has(node)) this.#unbegun.add(node);
    return end !== undefined;
  }

  /** Whether callbacks at one end of a step may still run: it has no outcome, and was not given up. */
  isOpen(node: number, isBefore: boolean): boolean {
    return this.#run.kernel.state(node) < FIRST_OUTCOME && (!isBefore || this.hasBegun(node));
  }

  /** Whether everything before the work of a step went well. */
  hasBegun(node: number): boolean {
    return this.#unbegun.size === 0 || !this.#unbegun.has(node);
  }

  pathOf(node: number): string {
    return this.#run.kernel.pathAt(node);
  }

  /** @param wasStarted - whether it was at work when what it is in was closed: a drain lets it end */
  #callBefore(node: number, chain: Chain, from?: Position, wasStarted = false): void {
    const s = new Context(this.#run, node, this.#run.kernel.attempt(node));
    const failure = runChain(chain, this, node, s, undefined, from && progressAt(chain, from));
    if (failure instanceof Promise) this.#beginWhen(failure, node, s, wasStarted);
    else this.#begin(node, s, failure, wasStarted);
  }

  #beginWhen(failure: Promise<CallbackError | undefined>, node: number, s: Context, wasStarted: boolean): void {
    this.uncalled.add(node);
    void failure.then((late) => {
      this.#begin(node, s, late, wasStarted);
      this.#run.pump();
    });
  }

  #begin(node: number, s: Context, failure: CallbackError | undefined, wasStarted: boolean): void {
    const { kernel } = this.#run;
    const state = kernel.state(node);
    if (!this.isOpen(node, true) || this.isClosing(node)) return;
    if (failure === undefined && state === RUNNING && (wasStarted || !kernel.isClosed(node))) {
      if (this.uncalled.size > 0) this.uncalled.delete(node);
      this.#run.call(node, kernel.attempt(node), s);
      return;
    }
    this.uncalled.add(node);
    if (failure !== undefined) this.#unbegun.add(node);
    if (failure === undefined || state === ABORTED) this.#finisher.halted(node);
    else this.after(node, { status: 'failed', error: failure });
  }

  /** The callbacks after the work are through; one that had to go well makes a success a failure. */
  #update(node: number, end: End, failure: CallbackError | undefined, late: boolean): void {
    if (this.#run.kernel.state(node) >= FIRST_OUTCOME) return; // the run went on without them
    const last: End = failure !== undefined && end.status === 'succeeded' ? { status: 'failed', error: failure } : end;
    const updated = this.#run.recorder?.update(node, this.#facts(node, last));
    if (isThenable(updated)) {
      this.#finishWhen(updated, node, last);
      return;
    }
    this.#finish(node, last);
    if (late) this.#run.pump();
  }

  #finishWhen(updated: PromiseLike<unknown>, node: number, last: End): void {
    this.#closing.set(node, last);
    void Promise.resolve(updated).then(() => {
      this.#finish(node, last);
      this.#run.pump();
    });
  }

  #finish(node: number, end: End): void {
    if (this.#closing.size > 0) this.#closing.delete(node);
    if (this.#unbegun.size > 0) this.#unbegun.delete(node);
    this.#finisher.finish(node, end);
  }

  /** Whether no callback may start any more: they took too long after a forced stop, or the function did. */
  #isGivenUp(node: number): boolean {
    const { kernel } = this.#run;
    return this.isClosing(node) || (kernel.overruns?.abandoned.has(node) === true && kernel.isForced(node));
  }

  #facts(node: number, end: End | undefined): object {
    const { kernel, id: runId } = this.#run;
    const { process, name: step } = this.#run.step(node);
    const path = this.pathOf(node);
    const status = end?.status ?? 'running';
    return { runId, flow: kernel.template.flow, path, process, step, status, error: end?.status === 'failed' ? end.error : undefined };
  }

}

function copyOf(end: End): End {
  if (end.status === 'succeeded') return { status: 'succeeded', value: end.value };
  return end.status === 'failed' ? { status: 'failed', error: end.error } : { status: 'stopped', reason: end.reason };
}
