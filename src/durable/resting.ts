import type { Clock } from '../clock.ts';
import type { FlowRun } from '../run/flow-run.ts';
import type { Recording, Rest } from './recording.ts';

/** What giving runs back to rest needs. */
export interface RestingOptions {
  readonly clock: Clock;
  readonly recording: Recording;
  /** How long a run may rest here, in milliseconds. */
  readonly afterMs: number;
  /** A run was given back. */
  readonly gave: (run: FlowRun, rest: Rest) => void;
}

/**
 * Gives back the runs of a worker that rest for long, so that they take neither its memory nor its places. Each is looked at once in a turn of the
 * event loop.
 */
export class Resting {
  readonly #options: RestingOptions;
  #asked = new Set<FlowRun>();

  constructor(options: RestingOptions) {
    this.#options = options;
  }

  /** From now on a run is given back when it rests. */
  follow(run: FlowRun): void {
    const ask = (): void => this.#ask(run);
    run.onRest = ask;
    this.#ask(run);
  }

  #ask(run: FlowRun): void {
    this.#asked.add(run);
    if (this.#asked.size === 1) this.#options.clock.yield(() => this.#look());
  }

  #look(): void {
    const { recording, afterMs, gave } = this.#options;
    const asked = this.#asked;
    this.#asked = new Set();
    for (const run of asked) {
      const rest = run.isOver ? undefined : recording.giveToRest(run, afterMs, () => this.#ask(run));
      if (rest !== undefined) gave(run, rest);
    }
  }
}
