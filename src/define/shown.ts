import { InvalidOptionError } from '../errors.ts';

/** Refuses what is not a text. */
export function checkedText(text: unknown, what: string): string {
  if (typeof text === 'string') return text;
  throw new InvalidOptionError('invalid-option', `${what} is ${shown(text)}; give a text`);
}

/** A value as messages show it; it never throws, whatever the value is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `function '${value.name}'`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'bigint' ? `${value}n` : String(value);
}
