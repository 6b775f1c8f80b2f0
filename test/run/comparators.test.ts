import { FlowError } from 'millrace';
import { describe, expect, test } from 'vitest';
import { compares } from '../../src/run/comparators.ts';

const comparisons = ['eq', 'neq', 'lt', 'lte', 'gt', 'gte'] as const;
const same = { any: 'object' };
const five = { equals: (other: unknown) => other === 5, compare: (other: unknown) => (typeof other === 'number' ? 5 - other : NaN) };

/** Which comparisons are true. */
function truths(actual: unknown, expected: unknown): string {
  return comparisons.filter((comparison) => compares(comparison, actual, expected)).join(' ');
}

const less = 'neq lt lte';
const equal = 'eq lte gte';
const greater = 'neq gt gte';
const different = 'neq';

describe('comparisons', () => {
  test.each<[actual: unknown, expected: unknown, truths: string]>([
    [1, 2, less],
    [2, 2, equal],
    [3, 2, greater],
    [0, -0, equal],
    [0.1 + 0.2, 0.3, greater],
    [Infinity, 1, greater],
    [NaN, NaN, different],
    [NaN, 1, different],
    [1n, 2n, less],
    [2n, 2n, equal],
    [2n ** 64n, 1n, greater],
    [1n, 1, different],
    [1, 1n, different],
    [1, 2n, different],
    ['a', 'b', less],
    ['b', 'b', equal],
    ['Z', 'a', less],
    ['10', '9', less],
    ['ä', 'z', greater],
    ['1', 1, different],
    [true, true, equal],
    [true, false, different],
    [true, 1, different],
    [new Date(1), new Date(2), less],
    [new Date(2), new Date(2), equal],
    [new Date(3), new Date(2), greater],
    [new Date(NaN), new Date(NaN), different],
    [new Date(NaN), new Date(1), different],
    [new Date(1), 1, different],
    [null, null, equal],
    [null, 0, different],
    [undefined, 0, different],
    [undefined, null, different],
    [same, same, equal],
    [same, { any: 'object' }, different],
    [[1], [1], different],
    [5, five, equal],
    [five, 5, equal],
    [4, five, less],
    [five, 4, greater],
    ['5', five, different],
    [undefined, five, different],
    [Buffer.from('a'), Buffer.from('b'), less],
    [Buffer.from('a'), Buffer.from('a'), equal],
  ])('%o and %o: %s', (actual, expected, wanted) => {
    expect(truths(actual, expected)).toBe(wanted);
  });

  test('an answer of another type is no answer', () => {
    const odd = { equals: () => 'yes', compare: () => Promise.resolve(1) };
    expect(() => compares('eq', 1, odd)).toThrow(new FlowError('invalid-condition', "equals(other) returned 'yes'; return a boolean"));
    expect(() => compares('neq', odd, 1)).toThrow('return a boolean');
    expect(() => compares('lt', odd, 1)).toThrow('compare(other) returned an object; return a number');
  });
});
