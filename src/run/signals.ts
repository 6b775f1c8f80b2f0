interface Signal {
  readonly attempt: number;
  readonly controller: AbortController;
}

/** The abort signals of a run's steps: for each step that of the last attempt that read one. It is made when it is first read. */
export class Signals {
  readonly #signals = new Map<number, Signal>();

  /** Makes the signal of an attempt. */
  make(node: number, attempt: number): AbortSignal {
    const controller = new AbortController();
    this.#signals.set(node, { attempt, controller });
    return controller.signal;
  }

  /** Aborts the signal of an attempt, if it has one. */
  abort(node: number, attempt: number, reason: unknown): void {
    const known = this.#signals.get(node);
    if (known?.attempt === attempt) known.controller.abort(reason);
  }
}
