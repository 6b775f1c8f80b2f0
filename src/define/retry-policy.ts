import { InvalidOptionError } from '../errors.ts';
import { type Duration, durationMs } from './duration.ts';
import { checkOptionNames, type OptionNames } from './option-names.ts';
import { shown } from './shown.ts';

/** How a failing step is tried again. */
export interface RetryOptions {
  /** How many attempts may follow the first one: a whole number from 0. */
  readonly retries: number;
  /** The pause before the first retry. Default: 0, the next attempt starts at once. */
  readonly delay?: Duration | undefined;
  /** How the pause grows: not at all, by `delay` each time, or by `factor` each time. Default: `'exponential'` */
  readonly backoff?: 'fixed' | 'linear' | 'exponential' | undefined;
  /** What an exponential pause is multiplied with, from 1. Default: 2 */
  readonly factor?: number | undefined;
  /** The longest pause. Default: no limit. */
  readonly maxDelay?: Duration | undefined;
  /** No attempt starts later than this after the first one did. Default: no limit. */
  readonly maxElapsed?: Duration | undefined;
  /** Which share of each pause is drawn at random, from 0 to 1: 0.5 keeps half and draws the rest. Default: 0 */
  readonly jitter?: number | undefined;
  /** Says whether this error is worth another attempt; a predicate that throws counts as no. Default: always. */
  readonly when?: ((error: Error, attempt: number) => boolean) | undefined;
}

/** A number of retries, or how to space them. `3` is up to four attempts without a pause. */
export type RetryPolicy = number | RetryOptions;

/** A checked retry policy with its defaults; all times in milliseconds. */
export interface Retry {
  /** How many attempts may follow the first one. */
  readonly retries: number;
  /** The pause before the first retry. */
  readonly delayMs: number;
  /** How the pause grows. */
  readonly backoff: 'fixed' | 'linear' | 'exponential';
  /** What an exponential pause is multiplied with. */
  readonly factor: number;
  /** The longest pause; `Infinity` for no limit. */
  readonly maxDelayMs: number;
  /** No attempt starts later than this after the first one did; `Infinity` for no limit. */
  readonly maxElapsedMs: number;
  /** Which share of each pause is drawn at random, from 0 to 1. */
  readonly jitter: number;
  /** Says whether an error is worth another attempt. */
  readonly when: ((error: Error, attempt: number) => boolean) | undefined;
}

const optionNames: OptionNames<RetryOptions> = {
  retries: true,
  delay: true,
  backoff: true,
  factor: true,
  maxDelay: true,
  maxElapsed: true,
  jitter: true,
  when: true,
};

/** Checks a retry policy and fills in its defaults. */
export function retryOf(policy: RetryPolicy, what: string): Retry {
  const options = typeof policy === 'number' ? { retries: policy } : policy;
  if (typeof options !== 'object' || options === null) {
    throw invalid(`${what} is ${shown(policy)}; give the number of retries, or { retries, delay, … }`);
  }
  checkOptionNames(options, optionNames, what);
  const { retries, backoff = 'exponential', factor = 2, jitter = 0, when } = options;
  if (!Number.isInteger(retries) || retries < 0) {
    throw invalid(`${what} has ${shown(retries)} retries; give a whole number from 0`);
  }
  if (backoff !== 'fixed' && backoff !== 'linear' && backoff !== 'exponential') {
    throw invalid(`${what} has the backoff ${shown(backoff)}; give 'fixed', 'linear' or 'exponential'`);
  }
  if (!Number.isFinite(factor) || factor < 1) throw invalid(`${what} has the factor ${shown(factor)}; give a number from 1`);
  if (!(jitter >= 0 && jitter <= 1)) throw invalid(`${what} has the jitter ${shown(jitter)}; give a number from 0 to 1`);
  if (when !== undefined && typeof when !== 'function') throw invalid(`${what} has a 'when' that is not a function`);
  return Object.freeze({
    retries,
    delayMs: durationMs(options.delay ?? 0, `the delay of ${what}`),
    backoff,
    factor,
    maxDelayMs: options.maxDelay === undefined ? Infinity : durationMs(options.maxDelay, `the maxDelay of ${what}`),
    maxElapsedMs: options.maxElapsed === undefined ? Infinity : durationMs(options.maxElapsed, `the maxElapsed of ${what}`),
    jitter,
    when,
  });
}

function invalid(message: string): InvalidOptionError {
  return new InvalidOptionError('invalid-retry', message);
}
