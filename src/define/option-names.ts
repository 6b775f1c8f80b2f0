import { InvalidOptionError } from '../errors.ts';
import { hint } from './nearest.ts';

/** The names of all options of a type, in the order in which messages list them; the compiler sees to it that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses an option that there is not, as a misspelt one would have no effect. Own string keys count, whatever their values:
 * what an object inherits, and its symbols, may be there for something else.
 *
 * @param what - what the options are of, for the message: `a run`
 * @throws InvalidOptionError - names the nearest option
 */
export function checkOptionNames(given: object, known: Readonly<Record<string, true>>, what: string, has = 'has no option'): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const names = Object.keys(known);
    throw new InvalidOptionError('invalid-option', `${what} ${has} '${name}'${hint(name, names, `give ${names.length === 1 ? '' : 'some of '}${names.join(', ')}`)}`);
  }
}
