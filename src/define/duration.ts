import ms from 'ms';
import { InvalidOptionError } from '../errors.ts';
import { shown } from './shown.ts';

/** A length of time: milliseconds, or a number with a unit such as `'250ms'`, `'30s'`, `'5m'`, `'2h'`, `'1d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const written = /^\d+(\.\d+)?(ms|s|m|h|d)$/;

/** Reads a duration as milliseconds; zero is allowed. */
export function durationMs(duration: Duration, what: string): number {
  const value = typeof duration === 'string' && written.test(duration) ? ms(duration as ms.StringValue) : duration; // the pattern is a subset of what ms reads
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new InvalidOptionError(
      'invalid-duration',
      `${what} is ${shown(duration)}, which is not a duration; give milliseconds from 0, or a number with a unit such as '30s' (ms, s, m, h, d)`,
    );
  }
  return value;
}

/** Reads a timeout: a duration above zero. */
export function timeoutMs(duration: Duration, what: string): number {
  const value = durationMs(duration, what);
  if (value === 0) {
    throw new InvalidOptionError('invalid-duration', `${what} is ${shown(duration)}; give more than 0, or leave it out for no timeout`);
  }
  return value;
}
