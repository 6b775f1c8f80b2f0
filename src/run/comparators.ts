import { type Comparison, isComparable, isEquality } from '../define/condition.ts';
import { FlowError } from '../errors.ts';
import { shown } from '../define/shown.ts';

/**
 * Compares what stands under a key with what a condition expects. Values of different types (a number and a bigint too) are
 * neither equal nor ordered. A missing value is equal to nothing.
 *
 * @throws whatever a custom comparison throws, or FlowError when its answer is none
 */
export function compares(comparison: Comparison, actual: unknown, expected: unknown): boolean {
  switch (comparison) {
    case 'eq':
      return isEqual(actual, expected);
    case 'neq':
      return !isEqual(actual, expected);
    case 'lt':
      return orderOf(actual, expected) < 0;
    case 'gt':
      return orderOf(actual, expected) > 0;
    case 'lte':
      return orderOf(actual, expected) <= 0 || isEqual(actual, expected);
    case 'gte':
      return orderOf(actual, expected) >= 0 || isEqual(actual, expected);
    default:
      return comparison satisfies never;
  }
}

/** Dates by their time, objects by their own `equals`, all others as `===` does: `NaN` is equal to nothing, 0 to -0. */
function isEqual(actual: unknown, expected: unknown): boolean {
  if (actual === undefined) return false;
  if (actual instanceof Date && expected instanceof Date) return actual.getTime() === expected.getTime();
  if (isEquality(actual)) return answer(actual.equals(expected), 'boolean', 'equals');
  if (isEquality(expected)) return answer(expected.equals(actual), 'boolean', 'equals');
  return actual === expected;
}

/** Below 0 when `actual` comes before `expected`, above 0 when after; `NaN` when they have no order. */
function orderOf(actual: unknown, expected: unknown): number {
  if (actual === undefined) return NaN;
  if (actual instanceof Date && expected instanceof Date) return orderOf(actual.getTime(), expected.getTime());
  if (isComparable(actual)) return answer(actual.compare(expected), 'number', 'compare');
  if (isComparable(expected)) return -answer(expected.compare(actual), 'number', 'compare');
  const isSame =
    (typeof actual === 'number' && typeof expected === 'number') ||
    (typeof actual === 'bigint' && typeof expected === 'bigint') ||
    (typeof actual === 'string' && typeof expected === 'string');
  if (!isSame) return NaN;
  const [a, b] = [actual as number, expected as number]; // of one type, and that type has an order
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN;
}

/** A caller without a compiler may answer with anything. */
function answer<Given extends boolean | number>(given: Given, type: 'boolean' | 'number', method: string): Given {
  if (typeof (given as unknown) === type) return given;
  throw new FlowError('invalid-condition', `${method}(other) returned ${shown(given)}; return a ${type}`);
}
