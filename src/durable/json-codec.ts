import { stringify, unflatten } from 'devalue';
import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import { shown } from '../define/shown.ts';
import { InvalidOptionError } from '../errors.ts';
import { isBuiltin } from './builtin.ts';
import { classTable, type ClassTable } from './class-table.ts';
import { DecodeError, EncodeError } from './codec-errors.ts';
import type { Codec } from './codec.ts';
import { deepest, isTooDeep } from './depth.ts';
import type { Class, RegisteredClass } from './registered-class.ts';
import { flatText, flatValue } from './flat.ts';
import { extraKey, findRefusal, textOf } from './refusal.ts';

/** What `jsonCodec` takes. */
export interface JsonCodecOptions {
  /** Classes whose instances may be values, each as it is or as `registeredClass` made it. Their names must stay. Default: none */
  readonly classes?: readonly (Class | RegisteredClass)[];
  /** How many characters the text of one value may have. Default: 4,194,304 (4 Mi) */
  readonly maxLength?: number;
}

const optionNames: OptionNames<JsonCodecOptions> = { classes: true, maxLength: true };

/** The name under which a value stands that `devalue` does not know: an instance, as a pair of the name of its kind and its data. */
const tag = 'as';

/** A pair, as it is read: its data is not there yet when the instance is reached from inside itself. */
type Pair = readonly [kind: string, data: unknown] | readonly [kind: string];

/** Ends a walk at the first thing that cannot be kept. Where it is, is looked for afterwards. */
class Refused extends Error {}

/**
 * Returns the codec that runs have by default: values as JSON.
 *
 * Kept are plain objects and lists (with holes, `undefined`, `NaN`, `-0`, infinities), `bigint`, `Date`, `Map`, `Set`, `RegExp`, `URL`,
 * `ArrayBuffer`, typed arrays, `Buffer`, errors, results of flows and instances of `classes`; and which of them are the same, so that cycles
 * are fine. Errors come back as `RecordedError`, the library's own as what they were; properties of an error that cannot be kept are left out.
 * Everything else is refused, as is what would come back as something else: functions, symbols, promises, instances of classes that
 * are not registered. A getter is kept as the value that it has, a view of a part of a buffer as that part.
 *
 * An instance of a class with `encode` and `decode` is read back as soon as it is encoded, so that what cannot be read back is found then.
 *
 * @throws InvalidOptionError - classes with the same name, or a limit that is none
 * @example
 * ```ts
 * class Line {
 *   sku = '';
 *   count = 1;
 * }
 *
 * const codec = jsonCodec({ classes: [Line] });
 * const text = codec.encode({ at: new Date(0), lines: [new Line()] });
 * codec.decode(text); // the same, and its line is a Line
 * ```
 */
export function jsonCodec(options: JsonCodecOptions = {}): Codec {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw new InvalidOptionError('invalid-option', `the options of jsonCodec are ${shown(options)}; give an object, or leave them out`);
  }
  checkOptionNames(options, optionNames, 'jsonCodec');
  const { classes = [], maxLength = 4 * 1024 * 1024 } = options;
  if (!Array.isArray(classes)) throw new InvalidOptionError('invalid-option', `the classes of jsonCodec are ${shown(classes)}; give a list of them`);
  if (typeof maxLength !== 'number' || !(maxLength > 0)) {
    throw new InvalidOptionError('invalid-option', `maxLength is ${shown(maxLength)}; give a number of characters from 1`);
  }
  const table = classTable(classes);
  const write = writer(table, maxLength);
  const read = reader(table);
  return {
    encode(value) {
      let text: string;
      try {
        text = write(value, read);
      } catch (error) {
        throw explained(error, value, table);
      }
      if (text.length <= maxLength) return text;
      const todo = 'keep it elsewhere and a reference to it here, or raise maxLength of the codec';
      throw new EncodeError(`value has ${text.length} characters as text, more than the ${maxLength} that are allowed; ${todo}`, 'value');
    },
    decode: read,
  };
}

function writer(table: ClassTable, maxLength: number): (value: unknown, read: (text: string) => unknown) => string {
  let call = newCall();

  const keeps = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol';
    const kept = (call.kept ??= new Map<unknown, boolean>());
    let is = kept.get(value);
    if (is !== undefined) return is;
    call.isTrying = true;
    try {
      const text = stringify(value, reducers);
      is = text.length <= maxLength && !isTooDeep(text);
    } catch {
      is = false;
    } finally {
      call.isTrying = false;
    }
    kept.set(value, is);
    return is;
  };

  const reducers = {
    [tag](value: unknown): Pair | undefined {
      if (typeof value !== 'object') {
        if (typeof value === 'function' || typeof value === 'symbol') throw new Refused();
        return undefined;
      }
      if (value === null) return undefined;
      const prototype = Object.getPrototypeOf(value) as object | null;
      if (prototype === Object.prototype || prototype === null) return undefined;
      if (prototype !== Array.prototype) {
        const kind = table.kindOf(value, prototype);
        if (kind !== undefined) {
          const data = kind.encode(value, call.isTrying ? none : keeps); // an error can be kept, whatever hangs on it
          if (kind.isCustom !== true) return [kind.name, data];
          call.mustRead = true;
          return [kind.name, ownCopy(data)];
        }
      }
      if (extraKey(value) !== undefined || (prototype !== Array.prototype && !isBuiltin(value, prototype))) throw new Refused();
      return undefined;
    },
  };

  return (value, read) => {
    if (isPrimitive(value)) return stringify(value); // the same text, without the walk
    const flat = flatText(value);
    if (flat !== undefined) return flat;
    const outer = call; // the `encode` of a class may encode too
    call = newCall();
    try {
      const text = stringify(value, reducers);
      if (isTooDeep(text)) throw new RangeError('too deep');
      if (call.mustRead) read(text);
      return text;
    } finally {
      call = outer;
    }
  };
}

/** What is known while one value is encoded. */
interface Call {
  /** Whether it holds an instance that has to be read back. */
  mustRead: boolean;
  /** Whether something that hangs on an error is tried. */
  isTrying: boolean;
  /** Which values that hang on errors can be kept. */
  kept: Map<unknown, boolean> | undefined;
}

function newCall(): Call {
  return { mustRead: false, isTrying: false, kept: undefined };
}

/** What an instance gives as its data may stand elsewhere in the value too, and would not be complete yet when the instance is made. */
function ownCopy(data: unknown): unknown {
  if (Array.isArray(data)) return data.slice();
  return typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype ? { ...data } : data;
}

function explained(error: unknown, value: unknown, table: ClassTable): EncodeError {
  const refusal = findRefusal(value, table);
  if (refusal !== undefined) {
    const { path, why, cause } = refusal;
    return new EncodeError(`${path} ${why}`, path, cause === undefined ? undefined : { cause });
  }
  if (error instanceof RangeError) {
    return new EncodeError(`value is more than ${deepest} levels deep; keep a list instead of links from one to the next`, 'value', { cause: error });
  }
  return new EncodeError(`value could not be encoded and read back: ${textOf(error)}`, 'value', { cause: error });
}

function reader(table: ClassTable): (text: string) => unknown {
  /** Instances by the pair that they are made of: one that is reached from inside itself is met twice. */
  const begun = new WeakMap<object, object>();
  /** Pairs whose instance was needed before their data, and that a sound text completes. */
  const open = new Set<object>();
  const revivers = {
    [tag](pair: unknown): object {
      if (!isPair(pair)) throw new DecodeError('the text holds an instance without a class; it is corrupt');
      const [name, data] = pair;
      const kind = table.named(name);
      if (kind === undefined) throw new DecodeError(`the text holds a '${name}', which is not registered; add its class to the classes of the codec`);
      const isComplete = 1 in pair;
      if (kind.decode !== undefined) {
        if (!isComplete) throw new DecodeError(`a '${name}' holds itself, which its 'decode' cannot make; leave the way back to it out of 'encode'`);
        return kind.decode(data);
      }
      const instance = begun.get(pair) ?? kind.blank();
      begun.set(pair, instance);
      if (isComplete) {
        kind.fill(instance, data);
        open.delete(pair);
      } else open.add(pair);
      return instance;
    },
  };
  return (text) => {
    const before = open.size; // a `decode` of a class may read a text too
    try {
      const parsed: unknown = JSON.parse(text);
      const flat = flatValue(parsed);
      if (flat !== undefined) return flat;
      const value: unknown = unflatten(parsed as number | unknown[], revivers); // which looks at it
      if (open.size > before) throw new DecodeError('the text holds an instance without data; it is corrupt');
      return value;
    } catch (cause) {
      if (before === 0) open.clear();
      if (cause instanceof DecodeError) throw cause;
      throw new DecodeError(`the text cannot be read: ${textOf(cause)}; it is corrupt, or was written by another codec`, { cause });
    }
  };
}

function none(): boolean {
  return false;
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');
}

function isPair(value: unknown): value is Pair {
  return Array.isArray(value) && typeof value[0] === 'string';
}
