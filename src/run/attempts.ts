import type { Retry } from '../define/retry-policy.ts';
import { TimeoutError } from '../errors.ts';
import type { TemplateStep } from '../graph/template.ts';
import { nextDelayMs } from './backoff.ts';

/** What a run remembers of steps that have a retry policy or a timeout. */
export class Attempts {
  readonly #firstStarts = new Map<number, number>();
  readonly #timeouts = new Map<number, TimeoutError>();
  readonly #regions = new Set<number>();
  readonly #retriesAt = new Map<number, number>();

  started(node: number, now: number): void {
    if (!this.#firstStarts.has(node)) this.#firstStarts.set(node, now);
    this.#timeouts.delete(node);
    this.#retriesAt.delete(node);
  }

  /** Returns true once for each process: when its first step starts. */
  isFirstOf(region: number): boolean {
    if (this.#regions.has(region)) return false;
    this.#regions.add(region);
    return true;
  }

  /** The error of the attempt whose time is up; the reason of its signal is the same object. */
  timeout(node: number, step: TemplateStep): TimeoutError {
    const known = this.#timeouts.get(node) ?? new TimeoutError(`step '${step.path}'`, step.timeoutMs ?? 0);
    this.#timeouts.set(node, known);
    return known;
  }

  /**
   * Returns how long the step waits for its next attempt, or `undefined` when there is none.
   *
   * @param wrong - is told what a `when` predicate threw; it then counts as no
   */
  delayMs(retry: Retry, error: Error, node: number, attempt: number, now: number, random: () => number, wrong: (thrown: unknown) => void): number | undefined {
    const delayMs = nextDelayMs(retry, error, attempt, now - (this.#firstStarts.get(node) ?? now), random);
    if (delayMs === undefined || retry.when === undefined) return delayMs;
    try {
      return retry.when(error, attempt) ? delayMs : undefined;
    } catch (thrown) {
      wrong(thrown);
      return undefined;
    }
  }

  waitsUntil(node: number, at: number): void {
    this.#retriesAt.set(node, at);
  }

  retryAt(node: number): number {
    return this.#retriesAt.get(node) ?? 0;
  }
}
