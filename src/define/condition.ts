import { FlowError } from '../errors.ts';
import { checkedKey, type Key } from './key.ts';
import type { Logger } from '../logger.ts';
import type { Outcome } from './outcome.ts';
import type { Ref, ScopeRef, ValueOf } from './refs.ts';
import { shown } from './shown.ts';

/** An object that knows what it is equal to. `eq` and `neq` ask it. */
export interface Equality {
  /** Whether this stands for the same as `other`, which may be anything. */
  equals(other: unknown): boolean;
}

/** An object that has an order too. `lt`, `lte`, `gt` and `gte` ask it. */
export interface Comparable extends Equality {
  /** Returns a number below 0 when this comes before `other`, above 0 when after, 0 when neither, `NaN` when they have no order. */
  compare(other: unknown): number;
}

/** A value that others are before or after: strings by code units, dates by time. */
export type Ordered = number | bigint | string | Date | Comparable;

/** What a predicate gets: the step as it is about to start, to be read only. */
export interface ConditionContext<Input = unknown> {
  /** The flow's input. */
  readonly input: Input;
  /** The step's name. */
  readonly name: string;
  /** The step's path: `process/step`. */
  readonly path: string;
  /** The name of the step's process. */
  readonly process: string;
  /** The name of the flow. */
  readonly flow: string;
  /** The id of the run. */
  readonly runId: string;
  /** The logger of the registry. */
  readonly logger: Logger;
  /** Returns the item that a body runs for, or its position, as `s.result` of the step would. */
  result<Value>(ref: ScopeRef<string, Value>): Value;
  /** Returns the result of an ancestor, as `s.result` of the step would; what it throws makes the condition false. */
  result<Target extends Ref>(ref: Target): ValueOf<Target>;
  /** Returns how an ancestor ended, as `s.outcome` of the step would; what it throws makes the condition false. */
  outcome<Target extends Ref>(ref: Target): Outcome<ValueOf<Target>>;
  /** Returns the value under a key, as `s.get` of the step would. */
  get<Value = unknown>(key: Key<Value> | string): Value | undefined;
}

/** Options of `skipWithDependents`. */
export interface SkipOptions {
  /** The dependents that run all the same. Default: none. */
  readonly except?: readonly Ref[] | undefined;
}

export type Comparison = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte';

/** One condition of a step. */
export type Condition =
  | { readonly kind: Comparison; readonly key: unknown; readonly expected: unknown }
  | { readonly kind: 'when'; readonly predicate: (s: never) => unknown };

/** Conditions as they were written: a step may run when all of one group are true. */
export type ConditionGroups = Condition[][];

/** Checks what one call says; `path` is the step's. */
export function comparisonOf(kind: Comparison, key: unknown, expected: unknown, path: string): Condition {
  checkedKey(key, `${kind} of step '${path}' reads`);
  if (expected === undefined) throw invalid(`${kind} of step '${path}' compares with undefined, which a missing key has too; use when(predicate)`);
  if (kind === 'eq' || kind === 'neq') {
    const why = whyUnequal(expected);
    if (why !== undefined) throw invalid(`${kind} of step '${path}' compares with ${shown(expected)}, which is ${why}`);
  }
  if ((kind === 'lt' || kind === 'gt') && !isOrdered(expected)) {
    throw invalid(`${kind} of step '${path}' compares with ${shown(expected)}, which has no order; give a number, a bigint, a string, a valid date or an object with compare(other)`);
  }
  if ((kind === 'lte' || kind === 'gte') && !isOrdered(expected) && typeof expected !== 'boolean' && !isEquality(expected)) {
    throw invalid(`${kind} of step '${path}' compares with ${shown(expected)}, which is not less, equal or greater; give a number, a bigint, a string, a valid date, a boolean or an object with compare(other) or equals(other)`);
  }
  return { kind, key, expected };
}

/** Why `eq` of a value would hardly ever be true, and `neq` false. */
function whyUnequal(expected: unknown): string | undefined {
  const isInvalidDate = expected instanceof Date && Number.isNaN(expected.getTime());
  if (Number.isNaN(expected) || isInvalidDate) return `${isInvalidDate ? 'an invalid date and ' : ''}equal to nothing; use when(predicate)`;
  if (typeof expected !== 'object' || expected === null || expected instanceof Date || isEquality(expected)) return undefined;
  return 'equal to nothing but itself; give an object with equals(other), or use when(predicate)';
}

export function predicateOf(predicate: unknown, path: string): Condition {
  if (typeof predicate === 'function') return { kind: 'when', predicate: predicate as (s: never) => unknown }; // its type was checked where it was given
  throw new FlowError('not-a-function', `a condition of step '${path}' is ${shown(predicate)}; give a function (s) => boolean`);
}

export function isEquality(value: unknown): value is Equality {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Equality>).equals === 'function';
}

export function isComparable(value: unknown): value is Comparable {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Comparable>).compare === 'function';
}

function isOrdered(value: unknown): value is Ordered {
  if (typeof value === 'number') return !Number.isNaN(value);
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  return typeof value === 'bigint' || typeof value === 'string' || isComparable(value);
}

function invalid(message: string): FlowError {
  return new FlowError('invalid-condition', message);
}
