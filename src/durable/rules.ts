import { shown } from '../define/shown.ts';

/** Says what is wrong with a value that was read, as the rest of a sentence that begins with its name; `undefined` when nothing is. */
type Check = (value: unknown) => string | undefined;

/** What a value that was read has to be. */
export interface Rule<Value> {
  (value: unknown): string | undefined;
  /** Only for the compiler: with it, a rule for less or for more than `Value` does not fit. */
  readonly of?: (value: Value) => Value;
}

type OptionalKey<Value> = { [Key in keyof Value]-?: Record<never, never> extends Pick<Value, Key> ? Key : never }[keyof Value];
type RequiredRules<Value> = { readonly [Key in Exclude<keyof Value, OptionalKey<Value>>]: Rule<Value[Key]> };
type OptionalRules<Value> = { readonly [Key in OptionalKey<Value>]: Rule<Exclude<Value[Key], undefined>> };

function leaf<Value>(what: string, fits: (value: unknown) => boolean): Rule<Value> {
  return (value) => (fits(value) ? undefined : ` is ${shown(value)} instead of ${what}`);
}

export const text: Rule<string> = leaf('a text', (value) => typeof value === 'string');
/** JSON knows no `NaN`, but reads `1e999` as infinite. */
export const quantity: Rule<number> = leaf('a number', (value) => Number.isFinite(value));
/** A number that counts, from 0. */
export const count: Rule<number> = leaf('a whole number from 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0); // an integer
/** A place or a number of something, from 1. */
export const ordinal: Rule<number> = leaf('a whole number from 1', (value) => Number.isSafeInteger(value) && (value as number) >= 1); // an integer
/** A flag, which is left out when it does not hold. */
export const flag: Rule<true> = leaf('true', (value) => value === true);
/** A mark, which is left out when it does not hold. */
export const one: Rule<1> = leaf('1', (value) => value === 1);
export const truth: Rule<boolean> = leaf('true or false', (value) => typeof value === 'boolean');

export function is<Value extends string>(one: Value): Rule<Value> {
  return leaf(`'${one}'`, (value) => value === one);
}

/** One of some words. They are the keys of an object, so that the compiler sees whether all of them are there. */
export function oneOf<Value extends string>(values: Readonly<Record<Value, true>>): Rule<Value> {
  const known = new Set<unknown>(Object.keys(values));
  return leaf(
    [...known].map((value) => `'${String(value)}'`).join(' or '),
    (value) => known.has(value),
  );
}

export function listOf<Value>(rule: Rule<Value>): Rule<readonly Value[]> {
  return (value) => {
    if (!Array.isArray(value)) return ` is ${shown(value)} instead of a list`;
    for (let index = 0; index < value.length; index++) {
      const wrong = rule(value[index]);
      if (wrong !== undefined) return `[${index}]${wrong}`;
    }
    return undefined;
  };
}

export function tuple<Values extends readonly unknown[]>(...rules: { readonly [Index in keyof Values]: Rule<Values[Index]> }): Rule<Readonly<Values>> {
  const length = leaf(`a list of ${rules.length}`, (value) => Array.isArray(value) && value.length === rules.length);
  return (value) => {
    const wrong = length(value);
    if (wrong !== undefined) return wrong;
    for (let index = 0; index < rules.length; index++) {
      const inner = (rules[index] as Check)((value as readonly unknown[])[index]); // below the length; `length` let it pass
      if (inner !== undefined) return `[${index}]${inner}`;
    }
    return undefined;
  };
}

export function recordOf<Value>(rule: Rule<Value>): Rule<Readonly<Record<string, Value>>> {
  return (value) => {
    if (!isObject(value)) return ` is ${shown(value)} instead of an object`;
    for (const key in value) {
      const wrong = rule(value[key]);
      if (wrong !== undefined) return `['${key}']${wrong}`;
    }
    return undefined;
  };
}

/** An object with these fields and no others: a field that nobody knows is one whose name was damaged. */
export function shape<Value>(required: RequiredRules<Value>, optional: OptionalRules<Value>): Rule<Value> {
  const needed = Object.keys(required);
  const rules = new Map<string, Check>(Object.entries<Check>({ ...required, ...optional }));
  const isNeeded = new Set(needed);
  return (value) => {
    if (!isObject(value)) return ` is ${shown(value)} instead of an object`;
    let found = 0;
    for (const key in value) {
      const wrong = rules.get(key);
      if (wrong === undefined) return `.${key} is not known`;
      const inner = wrong(value[key]);
      if (inner !== undefined) return `.${key}${inner}`;
      if (isNeeded.has(key)) found++;
    }
    return found === needed.length ? undefined : `.${needed.find((key) => !(key in value))} is missing`;
  };
}

/** An object of one of several shapes; its field `tag` says which. */
export function variants<Value, Tag extends keyof Value & string>(
  tag: Tag,
  shapes: { readonly [Kind in Value[Tag] & string]: Rule<Extract<Value, Readonly<Record<Tag, Kind>>>> },
): Rule<Value> {
  const rules = new Map<unknown, Check>(Object.entries<Check>(shapes));
  return (value) => {
    if (!isObject(value)) return ` is ${shown(value)} instead of an object`;
    const rule = rules.get(value[tag]);
    return rule === undefined ? `.${tag} is ${shown(value[tag])}, which is not known` : rule(value);
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
