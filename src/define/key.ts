import { InvalidOptionError } from '../errors.ts';
import { shown } from './shown.ts';

declare const valueOfKey: unique symbol;

/**
 * A typed name in a context, made by {@link key}. Two keys with the same name are different keys; a key never reads the
 * flow's input.
 */
export interface Key<Value> {
  /** The name that messages show. */
  readonly name: string;
  /** Makes the value's type invariant: a key of `number` is not a key of `number | string`. */
  readonly [valueOfKey]: (value: Value) => Value;
}

/** What stands behind {@link Key}: a frozen object of which only the identity matters. */
export class ContextKey {
  readonly name: string;
  /** Whether it stands for a key of which only the name is known, in a run that was recorded. */
  readonly isStandIn: boolean;

  constructor(name: string, isStandIn = false) {
    this.name = name;
    this.isStandIn = isStandIn;
    Object.freeze(this);
  }
}

/**
 * Makes a typed name under which steps pass values on.
 *
 * @param name - what messages show; it need not be unique
 * @example
 * const attemptsLeft = key<number>('attemptsLeft');
 */
export function key<Value>(name: string): Key<Value> {
  if (typeof (name as unknown) !== 'string' || name === '') throw new InvalidOptionError('invalid-name', `the name of a key is ${shown(name)}; give a text that is not empty`);
  return new ContextKey(name) as unknown as Key<Value>; // the type-only member has no value to hold
}

/** Refuses what is neither a typed key nor a string. */
export function checkedKey(given: unknown, what: string): unknown {
  if (typeof given === 'string' || given instanceof ContextKey) return given;
  throw new InvalidOptionError('invalid-option', `a key that ${what} is ${shown(given)}; give a string, or a key made by key('name')`);
}
