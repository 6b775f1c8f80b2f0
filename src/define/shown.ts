import { InvalidOptionError } from '../errors.ts';
import { shortened } from '../shortened.ts';
import { lineOf } from './inspected.ts';

const mostShown = 100;

/** Refuses what is not a text. */
export function checkedText(text: unknown, what: string): string {
  if (typeof text === 'string') return text;
  throw new InvalidOptionError('invalid-option', `${what} is ${shown(text)}; give a text`);
}

/** A value as messages show it; it never throws, whatever the value is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${shortened(value, mostShown)}'`;
  if (typeof value === 'function') return nameOf(value) === '' ? 'a function' : `function '${shortened(nameOf(value), mostShown)}'`;
  if (typeof value === 'object' && value !== null) return objectShown(value);
  return shortened(typeof value === 'bigint' ? `${value}n` : String(value), mostShown);
}

/** The name of a function, which may be anything. */
function nameOf(value: { readonly name: unknown }): string {
  return typeof value.name === 'string' ? value.name : '';
}

/** Steps, processes and flows by their names; of other objects nothing is known that fits into a message. */
function objectShown(value: object): string {
  try {
    return Array.isArray(value) ? 'a list' : (lineOf(value) ?? 'an object');
  } catch {
    return 'an object'; // a proxy that lets nobody look
  }
}
