interface Signal {
  readonly attempt: number;
  readonly controller: AbortController;
}

/** The abort signals of a run's steps. A controller is made when a step first reads its signal. */
export class Signals {
  readonly #signals = new Map<number, Signal>();

  /** Returns the signal of an attempt. */
  of(node: number, attempt: number): AbortSignal {
    const known = this.#signals.get(node);
    if (known?.attempt === attempt) return known.controller.signal;
    const controller = new AbortController();
    this.#signals.set(node, { attempt, controller });
    return controller.signal;
  }

  /** Aborts the signal of the step's current attempt, if it was ever read. */
  abort(node: number, reason: unknown): void {
    this.#signals.get(node)?.controller.abort(reason);
  }
}
