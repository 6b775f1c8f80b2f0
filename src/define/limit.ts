import { InvalidOptionError } from '../errors.ts';
import { shown } from './shown.ts';

/** Checks a concurrency limit. */
export function checkedLimit(limit: number, what: string): number {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new InvalidOptionError('invalid-limit', `the concurrency of ${what} is ${shown(limit)}; give a whole number from 1, or leave it out for no limit`);
  }
  return limit;
}
