import { InvalidOptionError } from '../errors.ts';

/** NUL, and half of a character outside of the basic plane. */
const unkeepable = /[\0\p{Surrogate}]/u;

/**
 * Refuses what no store can keep as a name.
 *
 * @throws InvalidOptionError - it has a NUL, or half of a character outside of the basic plane
 */
export function assertKeepable(what: string, name: string): void {
  if (unkeepable.test(name)) throw new InvalidOptionError('invalid-option', `${what} is ${JSON.stringify(name)}; leave out NUL and lone surrogates, which a store cannot keep`);
}
