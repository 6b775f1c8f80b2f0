import type { Clock } from '../clock.ts';

/** Reading the clock costs more than a small step, so it is read after every step only while steps are slow. */
const mostUncounted = 16;
const checkEveryMs = 0.5;

/** How often the clock is read while it stands still, as that of a test does: then steps count, or a loop without an end would keep the event loop. */
const mostStill = 1_024;

/** What gave the event loop its turn and goes on afterwards. */
export interface Resumable {
  resume(): void;
}

/**
 * Shares the event loop between the runs of a registry and everything else (law K7): when sync steps have kept it for
 * `afterMs`, whoever asks next has to wait for a turn of the loop. Those who wait go on in order, for `afterMs` again.
 */
export class Turns {
  readonly #clock: Clock;
  readonly #afterMs: number;
  #waiting: Resumable[] = [];
  #granted = 1;
  #credit = 1;
  #sliceStart = NaN;
  #lastSeen = NaN;
  #lastBegin = NaN;
  /** How often the clock was read since it has moved. */
  #still = 0;

  constructor(clock: Clock, afterMs: number) {
    this.#clock = clock;
    this.#afterMs = afterMs;
  }

  /**
   * A run begins. When none has begun for a while, the event loop has had its turn and nothing is known of how slow steps are.
   *
   * @param wall - the wall time, which the run has read already: reading another clock for every run would cost more than a step
   */
  enter(wall: number): void {
    const since = wall - this.#lastBegin;
    this.#lastBegin = wall;
    if (since >= 0 && since < this.#afterMs) return;
    this.#sliceStart = this.#lastSeen = this.#clock.monotonic();
    this.#granted = this.#credit = 1;
  }

  /** Counts one step and returns whether it is time to wait for a turn. */
  isSpent(): boolean {
    return --this.#credit <= 0 && this.#check();
  }

  /** Resumes after a turn of the event loop. */
  wait(run: Resumable): void {
    this.#waiting.push(run);
    if (this.#waiting.length === 1) this.#clock.yield(() => this.#resume());
  }

  #resume(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#sliceStart = this.#lastSeen = this.#clock.monotonic();
    this.#credit = this.#granted;
    for (const [index, run] of waiting.entries()) {
      run.resume();
      if (index + 1 === waiting.length || !this.#isOver(this.#clock.monotonic())) continue;
      const again = this.#waiting;
      this.#waiting = [...waiting.slice(index + 1), ...again];
      if (again.length === 0) this.#clock.yield(() => this.#resume());
      return;
    }
  }

  #check(): boolean {
    const now = this.#clock.monotonic();
    const perStepMs = (now - this.#lastSeen) / this.#granted;
    this.#granted = Math.max(1, Math.min(mostUncounted, 2 * this.#granted, Math.floor(checkEveryMs / perStepMs)));
    this.#credit = this.#granted;
    this.#still = now === this.#lastSeen ? this.#still + 1 : 0;
    this.#lastSeen = now;
    return this.#isOver(now) || this.#still % mostStill === mostStill - 1;
  }

  #isOver(now: number): boolean {
    return now - this.#sliceStart >= this.#afterMs;
  }
}
