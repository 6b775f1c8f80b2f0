import type { Retry } from '../define/retry-policy.ts';
import { shown } from '../define/shown.ts';
import { InvalidOptionError, NonRetriableError, RetryAfterError } from '../errors.ts';
import { isThenable } from './thenable.ts';

/**
 * Returns how long to wait before the next attempt, in milliseconds, or `undefined` when there is none: also when the pause
 * has grown beyond every number.
 *
 * @param attempt - the attempt that failed, from 1
 * @param elapsedMs - the time since the first attempt started
 * @param random - a number from 0 to below 1
 */
export function nextDelayMs(retry: Retry, error: Error, attempt: number, elapsedMs: number, random: () => number): number | undefined {
  if (attempt > retry.retries || error instanceof NonRetriableError) return undefined;
  const delayMs = error instanceof RetryAfterError ? error.delayMs : Math.min(spacing(retry, attempt), retry.maxDelayMs);
  const drawnMs = error instanceof RetryAfterError || retry.jitter === 0 ? delayMs : delayMs * (1 - retry.jitter * drawn(random));
  return drawnMs === Infinity || elapsedMs + drawnMs > retry.maxElapsedMs ? undefined : drawnMs;
}

/** What failed, and may be tried again. */
interface Failed {
  readonly error: Error;
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** How many attempts before it were no failures. */
  readonly lost: number;
  /** The time since the first attempt started. */
  readonly elapsedMs: number;
}

/** The same for a policy with a predicate: what that throws, or the source of randomness, is told to `wrong` and counts as no. */
export function askedDelayMs(retry: Retry, failed: Failed, random: () => number, wrong: (thrown: unknown) => void): number | undefined {
  const { error, attempt, lost, elapsedMs } = failed;
  try {
    const delayMs = nextDelayMs(retry, error, attempt - lost, elapsedMs, random);
    if (delayMs === undefined || retry.when === undefined) return delayMs;
    const worth: unknown = retry.when(error, attempt); // a caller without a compiler may answer with anything
    if (worth === true) return delayMs;
    if (isThenable(worth)) Promise.resolve(worth).catch(wrong);
    return undefined;
  } catch (thrown) {
    wrong(thrown);
    return undefined;
  }
}

function spacing(retry: Retry, attempt: number): number {
  switch (retry.backoff) {
    case 'fixed':
      return retry.delayMs;
    case 'linear':
      return retry.delayMs * attempt;
    case 'exponential':
      return retry.delayMs === 0 ? 0 : retry.delayMs * retry.factor ** (attempt - 1);
    default:
      return retry.backoff satisfies never;
  }
}

function drawn(random: () => number): number {
  const number = random();
  if (number >= 0 && number < 1) return number;
  throw new InvalidOptionError('invalid-option', `the option 'random' of a registry drew ${shown(number)}; draw numbers from 0 to below 1`);
}
