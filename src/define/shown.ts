import { InvalidOptionError } from '../errors.ts';
import { shortened } from '../shortened.ts';

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
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return shortened(typeof value === 'bigint' ? `${value}n` : String(value), mostShown);
}

/** The name of a function, which may be anything. */
function nameOf(value: { readonly name: unknown }): string {
  return typeof value.name === 'string' ? value.name : '';
}
