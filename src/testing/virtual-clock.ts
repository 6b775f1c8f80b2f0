import { setImmediate } from 'node:timers';
import { LONGEST_TIMER_MS, type Clock } from '../clock.ts';
import { durationMs, type Duration } from '../define/duration.ts';
import { InvalidOptionError } from '../errors.ts';
import { settle } from './settle.ts';
import { TimerQueue } from './timer-queue.ts';

/**
 * A clock that stands still until the test moves it. `yield` takes a real turn of the event loop, so a run goes on without
 * time passing; a run whose steps wait for nothing ends without a single `advance`.
 *
 * Moves take turns: one that is called while another is under way starts after it. Each lets everything settle before it
 * looks for timers and after each timer, as {@link settle} does, so timers that follow from others fire at their own time.
 */
export interface VirtualClock extends Clock {
  /**
   * Moves the time on, timer by timer in the order in which they are due; those of the same time in the order in which they were set.
   *
   * @param by - how far, in milliseconds or as `'30s'`; `0` fires what is due now
   * @throws InvalidOptionError - rejects with `invalid-duration`; the time has not moved
   * @throws unknown - rejects with what a timer threw (an `AggregateError` if several did), after all due timers had their turn
   */
  advance(by: Duration): Promise<void>;
  /**
   * Moves the time to a point, as `advance` does.
   *
   * @param at - when, in milliseconds on this clock
   * @throws InvalidOptionError - rejects with `invalid-option` when that is in the past; time never goes back
   */
  advanceTo(at: number): Promise<void>;
  /** Moves the time to the next timer and fires all that are due then; resolves with `false`, without moving, if there is none. */
  advanceToNext(): Promise<boolean>;
  /** How many timers are set and have neither fired nor been cancelled. */
  readonly pending: number;
  /** When the next timer is due, in milliseconds on this clock; `undefined` if there is none. */
  readonly nextAt: number | undefined;
}

/**
 * Makes a clock for tests. Give it to a registry or to one run as `clock`.
 *
 * @param startAt - the time it starts at, in milliseconds since the epoch, from 0
 * @defaultValue startAt 0
 * @throws InvalidOptionError - `invalid-option`: `startAt` is not a time
 * @example
 * const clock = virtualClock();
 * const run = release.start(undefined, { clock });
 * await clock.advance('30s');
 */
export function virtualClock(startAt: number = 0): VirtualClock {
  if (!Number.isFinite(startAt) || startAt < 0) {
    throw new InvalidOptionError('invalid-option', `the start of a virtual clock is ${String(startAt)}; give milliseconds since the epoch, from 0`);
  }
  return new SteppedClock(startAt);
}

class SteppedClock implements VirtualClock {
  #time: number;
  #lastMove: Promise<unknown> = Promise.resolve();
  readonly #timers = new TimerQueue();

  constructor(startAt: number) {
    this.#time = startAt;
  }

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    if (!(delayMs >= 0 && delayMs <= LONGEST_TIMER_MS)) {
      throw new InvalidOptionError('invalid-option', `the delay of a timer is ${String(delayMs)}; give milliseconds from 0 to 2^31 − 1, and cut longer waits`);
    }
    const timer = this.#timers.add(this.#time + delayMs, callback);
    return () => this.#timers.remove(timer);
  }

  yield(callback: () => void): void {
    setImmediate(callback);
  }

  get pending(): number {
    return this.#timers.size;
  }

  get nextAt(): number | undefined {
    return this.#timers.next()?.at;
  }

  async advance(by: Duration): Promise<void> {
    const ms = durationMs(by, 'the time to advance');
    await this.#inTurn(() => this.#moveTo(this.#time + ms));
  }

  async advanceTo(at: number): Promise<void> {
    await this.#inTurn(async () => {
      if (!(Number.isFinite(at) && at >= this.#time)) {
        throw new InvalidOptionError('invalid-option', `the time to advance to is ${String(at)}; give a time from now (${this.#time}), time never goes back`);
      }
      await this.#moveTo(at);
    });
  }

  advanceToNext(): Promise<boolean> {
    return this.#inTurn(async () => {
      await settle();
      const next = this.#timers.next();
      if (next === undefined) return false;
      await this.#moveTo(next.at);
      return true;
    });
  }

  /** Two moves at once would fire a timer while the other one waits for what follows from an earlier timer. */
  #inTurn<Answer>(move: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#lastMove.then(move);
    this.#lastMove = answer.catch(() => undefined); // the caller has the error
    return answer;
  }

  async #moveTo(target: number): Promise<void> {
    const thrown: unknown[] = [];
    await settle();
    for (let timer = this.#timers.next(); timer !== undefined && timer.at <= target; timer = this.#timers.next()) {
      this.#time = timer.at;
      this.#timers.remove(timer);
      try {
        timer.callback();
      } catch (error) {
        thrown.push(error);
      }
      await settle();
    }
    this.#time = target;
    if (thrown.length > 1) throw new AggregateError(thrown, `${thrown.length} timers threw`);
    if (thrown.length === 1) throw thrown[0];
  }
}
