import type { Clock } from '../clock.ts';

/** Reading the clock costs more than a small step, so it is read after every step only while steps are slow. */
const mostUncounted = 16;
const checkEveryMs = 0.5;

/** Says when a run has kept the event loop for long enough (law K7). */
export class YieldMeter {
  readonly #clock: Clock;
  readonly #afterMs: number;
  #credit = 1;
  #granted = 1;
  #sliceStart = NaN;
  #lastCheck = NaN;

  constructor(clock: Clock, afterMs: number) {
    this.#clock = clock;
    this.#afterMs = afterMs;
  }

  /** Counts one step and returns whether it is time to yield. */
  isSpent(): boolean {
    return --this.#credit <= 0 && this.#check();
  }

  /** The event loop had its turn. */
  restart(): void {
    this.#sliceStart = this.#lastCheck = this.#clock.monotonic();
    this.#credit = this.#granted;
  }

  #check(): boolean {
    const now = this.#clock.monotonic();
    if (Number.isNaN(this.#sliceStart)) {
      this.#sliceStart = now;
      this.#granted = mostUncounted;
    } else {
      const perStepMs = (now - this.#lastCheck) / this.#granted;
      this.#granted = Math.max(1, Math.min(mostUncounted, Math.floor(checkEveryMs / perStepMs)));
    }
    this.#lastCheck = now;
    this.#credit = this.#granted;
    return now - this.#sliceStart >= this.#afterMs;
  }
}
