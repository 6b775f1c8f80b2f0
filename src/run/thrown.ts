import { NonErrorThrown } from '../errors.ts';

/** Returns what was thrown if it is an `Error`, of this or another realm; else wraps it. */
export function errorOf(thrown: unknown): Error {
  return isError(thrown) ? thrown : new NonErrorThrown(thrown);
}

/** An object may resist being looked at; then it is no error. */
function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
  } catch {
    return false;
  }
}

/** Whether what was thrown says that an abort ended the work. */
export function isAbortError(thrown: unknown): boolean {
  return isError(thrown) && thrown.name === 'AbortError';
}
