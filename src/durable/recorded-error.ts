/**
 * An error that was read back from the journal of a run: what it was thrown as is not known any more, or was of a class that the codec
 * does not know.
 *
 * It has the `name`, `message`, `stack`, `cause` and `errors` of the error that was thrown, its `code`, and its other own properties as
 * far as these could be kept. The library's own errors come back as what they were, and so do errors of classes that the codec knows.
 *
 * @example
 * ```ts
 * const outcome = result.outcome(charge);
 * if (outcome.status === 'failed' && outcome.error.name === 'PaymentRefused') refund();
 * ```
 */
export class RecordedError extends Error {
  /** What the error was marked with, if it was: `'ENOENT'` of a file that is missing, `23505` of a database. */
  declare readonly code?: string | number;
}

/** An error as data. Each part is left out that the error did not have. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: unknown;
  /** Of an `AggregateError`. */
  readonly errors?: readonly unknown[];
  /** Its other own properties that could be kept, and `code` wherever it stood. */
  readonly own?: Readonly<Record<string, unknown>>;
}

const parts: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors', '__proto__']);

/**
 * Returns an error as data. What `keeps` does not accept is left out: a failure counts more than what hangs on it, and errors of clients
 * carry sockets and functions.
 */
export function recordOf(error: Error, keeps: (value: unknown) => boolean): ErrorRecord {
  const own: [string, unknown][] = [];
  for (const key of Object.keys(error)) {
    const value = parts.has(key) ? undefined : partOf(error, key);
    if (value !== undefined && keeps(value)) own.push([key, value]);
  }
  const code = partOf(error, 'code');
  if (!Object.hasOwn(error, 'code') && (typeof code === 'string' || typeof code === 'number')) own.push(['code', code]);
  const name = partOf(error, 'name');
  const message = partOf(error, 'message');
  const stack = partOf(error, 'stack');
  const cause = partOf(error, 'cause');
  const errors = partOf(error, 'errors');
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : '',
    ...(typeof stack === 'string' && { stack }),
    ...(cause !== undefined && keeps(cause) && { cause }),
    ...(Array.isArray(errors) && { errors: errors.filter(keeps) }),
    ...(own.length > 0 && { own: Object.fromEntries(own) }),
  };
}

function partOf(error: Error, key: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return undefined; // a getter of somebody else's class
  }
}

/** Returns an error of a class without calling its constructor, which nobody knows the arguments of. */
export function blankError(prototype: Error): Error {
  const error = new Error();
  error.stack = ''; // the engine would make one when it is first looked at, with a getter of the class for `name` that may throw
  Object.setPrototypeOf(error, prototype);
  return error;
}

/** Returns whether something that was read is an error as data. */
export function isRecord(data: unknown): data is ErrorRecord {
  if (typeof data !== 'object' || data === null || !('name' in data && 'message' in data)) return false;
  return typeof data.name === 'string' && typeof data.message === 'string';
}

/** Gives an error what was recorded. Like in any other error, only `own` is enumerable. */
export function fillError(error: Error, record: ErrorRecord): void {
  const { name, message, own } = record;
  for (const key of ['stack', 'cause', 'errors'] as const) if (key in record) define(error, key, record[key], false);
  if (!('stack' in record)) define(error, 'stack', `${name}: ${message}`, false);
  define(error, 'message', message, false);
  if (error.name !== name) define(error, 'name', name, false);
  for (const [key, value] of Object.entries(own ?? {})) define(error, key, value, true);
}

/** A class may have a getter of that name, which an assignment would fail at. */
function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, configurable: true, enumerable, writable: true });
}
