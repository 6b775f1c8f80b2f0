interface Signal {
  readonly attempt: number;
  readonly controller: AbortController;
}

/** The abort signals of a run's steps. A controller is made when an attempt first reads its signal, and stays that attempt's. */
export class Signals {
  readonly #signals = new Map<number, Signal[]>();

  /** Returns the signal that an attempt has read before. */
  known(node: number, attempt: number): AbortSignal | undefined {
    return this.#signals.get(node)?.find((signal) => signal.attempt === attempt)?.controller.signal;
  }

  /** Makes the signal of an attempt. */
  make(node: number, attempt: number): AbortSignal {
    const controller = new AbortController();
    const own = this.#signals.get(node);
    if (own === undefined) this.#signals.set(node, [{ attempt, controller }]);
    else own.push({ attempt, controller });
    return controller.signal;
  }

  /** Aborts the signal of the step's latest attempt that read one. */
  abort(node: number, reason: unknown): void {
    this.#signals.get(node)?.at(-1)?.controller.abort(reason);
  }
}
