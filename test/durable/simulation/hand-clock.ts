import type { Clock } from '../../../src/clock.ts';
import { TimerQueue } from '../../../src/testing/timer-queue.ts';

/** A clock whose turns and timers come when they are called for, each by itself. */
export class HandClock implements Clock {
  readonly #timers = new TimerQueue();
  #turns: (() => void)[] = [];
  #time: number;

  constructor(at: number) {
    this.#time = at;
  }

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = this.#timers.add(this.#time + delayMs, callback);
    return () => this.#timers.remove(timer);
  }

  yield(callback: () => void): void {
    this.#turns.push(callback);
  }

  get hasTurns(): boolean {
    return this.#turns.length > 0;
  }

  get hasTimers(): boolean {
    return this.#timers.next() !== undefined;
  }

  turn(): void {
    const turns = this.#turns;
    this.#turns = [];
    for (const call of turns) call();
  }

  /** Moves to the next timer and fires it. */
  ring(): void {
    const timer = this.#timers.next();
    if (timer === undefined) return;
    this.#timers.remove(timer);
    this.#time = Math.max(this.#time, timer.at);
    timer.callback();
  }
}
