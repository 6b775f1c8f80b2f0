/**
 * Where a run takes its time from (law K9: no ambient timers). The library reads time through this interface only, so a
 * test can put `virtualClock()` in its place.
 */
export interface Clock {
  /** Returns the wall time, in milliseconds since the epoch. Recorded times (`…At`) come from here. */
  now(): number;
  /** Returns a time that never goes back, in milliseconds from any origin. Waits, timeouts and yields are measured with it. */
  monotonic(): number;
  /**
   * Calls `callback` once, after `delayMs` milliseconds, and returns the function that cancels it.
   * `delayMs` is between 0 and 2^31 − 1; longer waits are cut into slices by the caller.
   */
  setTimer(delayMs: number, callback: () => void): () => void;
  /** Calls `callback` after the event loop had its turn: timers, sockets and other runs go first. */
  yield(callback: () => void): void;
}

/** The longest delay that a timer of the platform can hold, in milliseconds. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/** The clock of the machine: `Date.now`, `performance.now`, `setTimeout`, `setImmediate`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  yield(callback: () => void): void {
    setImmediate(callback);
  },
};
