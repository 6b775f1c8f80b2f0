import type { Problem } from './refusal.ts';

/** The fields of something read from JSON. What has the wrong type is noted and read as an empty value. */
export class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #where: string;
  readonly #problems: Problem[];

  constructor(value: Readonly<Record<string, unknown>>, problems: Problem[], where = '') {
    this.#fields = value;
    this.#problems = problems;
    this.#where = where;
  }

  text(name: string): string {
    return this.#read<string>(name, 'a text', isText, '').trim();
  }

  /** Like `text`, but a field that is not there or empty is no mistake. */
  optionalText(name: string): string {
    const value = this.#fields[name];
    return value === undefined || (typeof value === 'string' && value.trim() === '') ? '' : this.text(name);
  }

  number(name: string): number {
    return this.#read<number>(name, 'a number', (value) => typeof value === 'number', NaN);
  }

  /** The fields of an object; `undefined` if it is none. */
  inside(name: string): Fields | undefined {
    const inner = this.#read<Readonly<Record<string, unknown>> | undefined>(name, 'an object', isObject, undefined);
    return inner === undefined ? undefined : new Fields(inner, this.#problems, `${this.#where}${name}.`);
  }

  /** The objects of a list; `undefined` if it is no list of objects. */
  list(name: string): readonly Fields[] | undefined {
    const isList = (value: unknown): value is Readonly<Record<string, unknown>>[] => Array.isArray(value) && value.every(isObject);
    const list = this.#read<Readonly<Record<string, unknown>>[] | undefined>(name, 'a list of objects', isList, undefined);
    return list?.map((entry, index) => new Fields(entry, this.#problems, `${this.#where}${name}[${index}].`));
  }

  #read<Value>(name: string, what: string, isRight: (value: unknown) => value is Value & {}, otherwise: Value): Value {
    const value = this.#fields[name];
    if (isRight(value)) return value;
    this.#problems.push({ kind: 'malformed-value', text: `${this.#where}${name} is ${JSON.stringify(value) ?? 'missing'}, not ${what}` });
    return otherwise;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
