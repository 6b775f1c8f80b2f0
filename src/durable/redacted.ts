import { isBuiltin } from './builtin.ts';
import { blankError } from './recorded-error.ts';

/** What stands where a value was masked. */
export const mask = '[redacted]';

/**
 * Returns a copy of a value for showing, in which the values of named keys are masked at any depth: properties and keys of maps, whatever
 * the case of their letters. What is masked is not read, and the value itself stays as it is.
 *
 * Only keys count: a secret inside a text, such as the message of an error, is shown.
 *
 * @example
 * ```ts
 * redacted({ user: 'ada', headers: { Authorization: 'Bearer x' } }, ['authorization', 'password']);
 * // { user: 'ada', headers: { Authorization: '[redacted]' } }
 * ```
 */
export function redacted(value: unknown, names: readonly string[]): unknown {
  if (names.length === 0) return value;
  const masked = new Set(names.map((name) => name.toLowerCase()));
  const isMasked = (key: unknown): boolean => typeof key === 'string' && masked.has(key.toLowerCase());
  const copies = new Map<object, object>();
  const queue: (() => void)[] = []; // no recursion: a log line about a deep value must not throw

  const copyOf = (original: unknown): unknown => {
    if (typeof original !== 'object' || original === null) return original;
    const known = copies.get(original);
    if (known !== undefined) return known;
    const copy = blankOf(original);
    copies.set(original, copy);
    if (copy !== original) queue.push(() => fill(original, copy));
    return copy;
  };

  const fill = (original: object, copy: object): void => {
    if (original instanceof Map && copy instanceof Map) {
      for (const [key, one] of original) copy.set(copyOf(key), isMasked(key) ? mask : copyOf(one));
    } else if (original instanceof Set && copy instanceof Set) {
      for (const one of original) copy.add(copyOf(one));
    } else fillProperties(original, copy);
  };

  const fillProperties = (original: object, copy: object): void => {
    const isError = original instanceof Error;
    for (const key of isError ? new Set([...Reflect.ownKeys(original), 'name', 'message']) : Object.keys(original)) {
      const enumerable = Object.prototype.propertyIsEnumerable.call(original, key);
      Object.defineProperty(copy, key, { value: isMasked(key) ? mask : copyOf(read(original, key)), configurable: true, enumerable, writable: true });
    }
  };

  const copy = copyOf(value);
  for (const work of queue) work(); // grows while it is read
  return copy;
}

/**
 * Returns an empty copy. What shows itself otherwise than by its properties (dates, bytes, URLs, instances without properties) stands for
 * itself; other instances become plain objects, because methods of their class may not work on a copy.
 */
function blankOf(original: object): object {
  if (Array.isArray(original)) return new Array<unknown>(original.length);
  if (original instanceof Map) return new Map();
  if (original instanceof Set) return new Set();
  const prototype = Object.getPrototypeOf(original) as object | null;
  if (original instanceof Error) return blankError(prototype as Error);
  if (prototype === Object.prototype || prototype === null) return Object.create(prototype) as object;
  const showsItself = isBuiltin(original, prototype) && Object.getPrototypeOf(prototype) !== null; // a plain object of another realm is none
  return showsItself || ArrayBuffer.isView(original) || Object.keys(original).length === 0 ? original : {};
}

function read(original: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(original, key);
  } catch {
    return '[getter that throws]';
  }
}
