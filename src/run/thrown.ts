import { NonErrorThrown } from '../errors.ts';

/** Returns what was thrown if it is an `Error`, of this or another realm; else wraps it. */
export function errorOf(thrown: unknown): Error {
  if (thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]') return thrown as Error;
  return new NonErrorThrown(thrown);
}
