import { type Clock, LONGEST_TIMER_MS } from '../clock.ts';

/** What is told that a moment has come. */
export interface Bell {
  ring(): void;
}

/**
 * The time of one run: the wall clock at its first reading, moved on by the clock that never goes back, so that a change of
 * the machine's time cannot shorten or lengthen a wait. Waits of any length are cut into slices that a timer can hold.
 */
export class Alarm {
  readonly #clock: Clock;
  #base: number | undefined = undefined;
  #disarm: (() => void) | undefined = undefined;
  #at = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time now, in milliseconds since the epoch. */
  now(): number {
    const monotonic = this.#clock.monotonic();
    this.#base ??= this.#clock.now() - monotonic;
    return this.#base + monotonic;
  }

  /** Rings `bell` at `at`, instead of when it was set before; `Infinity` for never. */
  set(at: number, bell: Bell): void {
    if (at === this.#at) return;
    this.clear();
    if (at === Infinity) return;
    this.#at = at;
    const waitMs = Math.ceil(at - this.now());
    this.#disarm = this.#clock.setTimer(Math.min(Math.max(waitMs, 0), LONGEST_TIMER_MS), () => {
      this.clear();
      if (this.now() >= at) bell.ring();
      else this.set(at, bell);
    });
  }

  clear(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#at = Infinity;
  }
}
