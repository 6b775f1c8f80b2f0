import { InvalidOptionError } from '../errors.ts';
import { checkOptionNames } from './option-names.ts';
import type { Records } from './records.ts';
import { shown } from './shown.ts';

const kinds = ['flow', 'process', 'step'] as const;
const hooks = ['insert', 'update'] as const;

/** Refuses what is not a set of hooks for records. */
export function checkedRecords(records: Records): Records {
  const given = checkedKeys(records, kinds, 'records');
  for (const kind of kinds) {
    if (given[kind] === undefined) continue;
    const own = checkedKeys(given[kind], hooks, `the records of kind '${kind}'`);
    for (const hook of hooks) {
      if (own[hook] !== undefined && typeof own[hook] !== 'function') {
        throw new InvalidOptionError('invalid-option', `the hook '${hook}' of the records of kind '${kind}' is ${shown(own[hook])}; give a function, or leave it out`);
      }
    }
  }
  return Object.freeze(Object.fromEntries(kinds.map((kind) => [kind, records[kind] && Object.freeze({ ...records[kind] })])));
}

function checkedKeys<Key extends string>(value: unknown, known: readonly Key[], what: string): Partial<Record<Key, unknown>> {
  if (typeof value !== 'object' || value === null) throw new InvalidOptionError('invalid-option', `${what} are ${shown(value)}; give an object with some of ${known.join(', ')}`);
  checkOptionNames(value, Object.fromEntries(known.map((key) => [key, true])), what, 'have no');
  return value; // its keys were checked above
}
