import { StoppedError } from '../errors.ts';
import { ABORTED, EXPIRED, RETURNED } from './kernel/cells.ts';
import type { Kernel } from './kernel/kernel.ts';

/** What signals need of their run. */
export interface SignalRun {
  readonly kernel: Kernel;
  isAtWork(node: number, attempt: number): boolean;
  /** Why a step at work is aborted: because its own time is up, or because of a stop. */
  abortReason(node: number, expired: boolean): unknown;
}

interface Signal {
  readonly attempt: number;
  readonly controller: AbortController;
}

/** The abort signals of a run's steps: for each step that of the last attempt that read one. It is made when it is first read. */
export class Signals {
  readonly #run: SignalRun;
  readonly #signals = new Map<number, Signal>();
  /** The steps whose signals are to abort when the reason of that is recorded. */
  readonly #withheld = new Set<number>();
  /** Why no attempt counts any more. */
  #over: { readonly reason: unknown } | undefined = undefined;

  constructor(run: SignalRun) {
    this.#run = run;
  }

  /** Makes the signal of an attempt; it has aborted already when the attempt is over or is to end. */
  make(node: number, attempt: number): AbortSignal {
    if (!this.#run.isAtWork(node, attempt)) return AbortSignal.abort(new StoppedError(`step '${this.#run.kernel.pathAt(node)}' is no longer at work`));
    if (this.#over !== undefined) return AbortSignal.abort(this.#over.reason);
    const controller = new AbortController();
    this.#signals.set(node, { attempt, controller });
    const state = this.#run.kernel.state(node);
    const isAborted = !this.#withheld.has(node) && (state === EXPIRED || state === ABORTED || (state === RETURNED && this.#run.kernel.isAborted(node)));
    if (isAborted) controller.abort(this.#run.abortReason(node, state === EXPIRED));
    return controller.signal;
  }

  /** Aborts all signals: the run ends here. */
  abortAll(reason: unknown): void {
    this.#over = { reason };
    for (const { controller } of this.#signals.values()) controller.abort(reason);
  }

  /** The signal of a step aborts later. */
  withhold(node: number): void {
    this.#withheld.add(node);
  }

  /** Aborts the signal of a step at work, if this attempt of it has read one. */
  abort(node: number, expired: boolean): void {
    this.#withheld.delete(node);
    this.#abort(node, () => this.#run.abortReason(node, expired));
  }

  /** The same for a reason of its own. */
  abortWith(node: number, reason: unknown): void {
    this.#abort(node, () => reason);
  }

  #abort(node: number, reason: () => unknown): void {
    const known = this.#signals.get(node);
    if (known?.attempt === this.#run.kernel.attempt(node)) known.controller.abort(reason());
  }
}
