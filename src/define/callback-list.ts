import { InvalidOptionError } from '../errors.ts';
import type { AfterCallbackOptions, CallbackOptions } from './callbacks.ts';
import { checkOptionNames, type OptionNames } from './option-names.ts';
import { shown } from './shown.ts';

/** What a callback is about, and whether it runs before or after. */
export type CallbackKind = 'beforeFlow' | 'afterFlow' | 'beforeProcess' | 'afterProcess' | 'beforeStep' | 'afterStep';

/** A checked callback. */
export interface CallbackSpec {
  readonly kind: CallbackKind;
  readonly fn: (context: unknown, ended: unknown) => unknown;
  readonly must: boolean;
  readonly always: boolean;
  readonly onlyFor: readonly string[] | undefined;
  readonly notFor: readonly string[] | undefined;
  readonly when: readonly string[] | undefined;
  readonly exclude: readonly string[] | undefined;
  readonly if: (() => boolean) | undefined;
}

const filters: OptionNames<CallbackOptions> = { must: true, onlyFor: true, notFor: true, if: true };
const afterFilters: OptionNames<AfterCallbackOptions<string>> = { ...filters, when: true, exclude: true, always: true };

const ends = {
  afterStep: ['succeeded', 'failed', 'stopped'],
  afterProcess: ['succeeded', 'failed', 'stopped', 'cancelled'],
  afterFlow: ['succeeded', 'failed', 'stopped'],
} as const;

/** The callbacks of one level, in the order of their registration. */
export class CallbackList {
  readonly specs: CallbackSpec[] = [];
  /** Whether those of the registry are left out. */
  withoutDefaults = false;

  /**
   * Checks a callback and adds it.
   *
   * @param level - what it is registered at, for messages: `process 'fulfil'`
   */
  add(kind: CallbackKind, fn: unknown, options: unknown, level: string): void {
    const what = `${kind} of ${level}`;
    if (typeof fn !== 'function') throw new InvalidOptionError('not-a-function', `the callback ${what} is ${shown(fn)}; give a function`);
    if (options !== undefined && (typeof options !== 'object' || options === null)) {
      throw new InvalidOptionError('invalid-option', `the options of ${what} are ${shown(options)}; give an object, or leave them out`);
    }
    const given = (options ?? {}) as Partial<Record<keyof AfterCallbackOptions<string>, unknown>>; // checked field by field below
    checkOptionNames(given, kind in ends ? afterFilters : filters, what);
    this.specs.push({
      kind,
      fn: fn as CallbackSpec['fn'], // what it takes is checked by the compiler where it was given
      must: flag(given.must, 'must', what),
      always: flag(given.always, 'always', what),
      onlyFor: texts(given.onlyFor, 'onlyFor', what),
      notFor: texts(given.notFor, 'notFor', what),
      when: statuses(kind, given.when, 'when', what),
      exclude: statuses(kind, given.exclude, 'exclude', what),
      if: test(given.if, what),
    });
  }

  /** Adds the callbacks of another list that are not in this one. */
  addAll(other: CallbackList): void {
    this.specs.push(...other.specs.filter((spec) => !this.specs.includes(spec)));
  }
}

function flag(value: unknown, option: string, what: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw new InvalidOptionError('invalid-option', `the option '${option}' of ${what} is ${shown(value)}; give true or false`);
}

function texts(value: unknown, option: string, what: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const text of list) {
    if (typeof text !== 'string') throw new InvalidOptionError('invalid-option', `the option '${option}' of ${what} holds ${shown(text)}; give names`);
  }
  return list.map((text) => (text as string).normalize('NFC'));
}

function statuses(kind: CallbackKind, value: unknown, option: string, what: string): readonly string[] | undefined {
  const list = texts(value, option, what);
  const known: readonly string[] = kind in ends ? ends[kind as keyof typeof ends] : [];
  for (const status of list ?? []) {
    if (known.includes(status)) continue;
    throw new InvalidOptionError('invalid-option', `the option '${option}' of ${what} holds '${status}', with which nothing ends; give some of ${known.join(', ')}`);
  }
  return list;
}

function test(value: unknown, what: string): (() => boolean) | undefined {
  if (value === undefined || typeof value === 'function') return value as (() => boolean) | undefined; // its answer is checked when it is asked
  throw new InvalidOptionError('invalid-option', `the option 'if' of ${what} is ${shown(value)}; give a function that answers with true or false`);
}
