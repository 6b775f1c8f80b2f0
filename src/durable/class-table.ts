import { shown } from '../define/shown.ts';
import { errorClasses, InvalidOptionError } from '../errors.ts';
import { isBuiltin } from './builtin.ts';
import { DecodeError, EncodeError } from './codec-errors.ts';
import { CrashedError } from './crashed-error.ts';
import { IncompatibleDefinitionError } from './incompatible.ts';
import { CorruptJournalError, UnknownFormatError } from './journal-errors.ts';
import type { Kind } from './kind.ts';
import { blankError, fillError, isRecord, recordOf, RecordedError } from './recorded-error.ts';
import { Result } from '../run/result.ts';
import { RunError } from '../run/run-error.ts';
import { RecordedResult } from './recorded-result.ts';
import { registeredClass, type Class, type RegisteredClass } from './registered-class.ts';
import { HandedBackError, LostOwnershipError, RunExistsError } from './run-errors.ts';
import { resultKind } from './result-kind.ts';
import { StoreError } from './store-error.ts';

/** Which kinds of instances a codec knows. */
export interface ClassTable {
  /** Returns the kind of a value that is neither plain nor a list. */
  kindOf(value: object, prototype: object): Kind | undefined;
  /** Returns the kind of this name in a text. */
  named(name: string): Kind | undefined;
  /** Returns the name of the registered class that a class extends. */
  baseOf(prototype: object): string | undefined;
}

const recordedError = errorKind('Error', RecordedError.prototype);

const buffer: Kind = { name: 'Buffer', encode: (bytes) => Uint8Array.from(bytes as Buffer), decode: (bytes) => asBuffer(bytes) };

/** A view of a part of its buffer keeps that part: the rest may be somebody else's, as in Node's pool of small buffers. */
const view: Kind = {
  name: 'view',
  encode(part) {
    if (!(part instanceof DataView)) return (part as Uint8Array).slice(); // every other view has `slice`
    return new DataView(part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength));
  },
  decode(whole) {
    if (!ArrayBuffer.isView(whole)) throw new DecodeError('the text holds a view that is none; it is corrupt');
    return whole;
  },
};

/** The library's own errors about durable runs; a step may throw what it was thrown. */
const durableErrors = [
  CorruptJournalError,
  CrashedError,
  DecodeError,
  EncodeError,
  HandedBackError,
  IncompatibleDefinitionError,
  LostOwnershipError,
  RunExistsError,
  StoreError,
  UnknownFormatError,
] as const;

const own: readonly (readonly [Class, Kind])[] = [
  [Buffer, buffer],
  ...[...errorClasses, ...durableErrors, RunError].map((type): [Class, Kind] => [type, errorKind(`millrace/${type.name}`, type.prototype)]),
  [RecordedError, recordedError],
  [Result, resultKind],
  [RecordedResult, resultKind],
];

/**
 * Returns the table for classes in addition to those that every codec knows.
 *
 * @throws InvalidOptionError - two have the same name, or one is there twice
 */
export function classTable(classes: readonly (Class | RegisteredClass)[]): ClassTable {
  const byPrototype = new Map<object, Kind>(own.map(([type, kind]) => [type.prototype, kind]));
  const byName = new Map<string, Kind>([...byPrototype.values(), view].map((kind) => [kind.name, kind]));
  for (const one of classes) {
    const { name, type, convert } = typeof one === 'function' ? registeredClass({ type: one }) : checkedClass(one as RegisteredClass); // a class is a function
    if (byName.has(name)) throw new InvalidOptionError('invalid-option', `two registered classes are named '${name}'; give one of them another 'name'`);
    if (byPrototype.has(type.prototype)) {
      throw new InvalidOptionError('invalid-option', `class '${type.name}' is registered twice, the second time as '${name}'; register it once`);
    }
    const kind: Kind = convert === undefined ? shortKind(name, type) : { name, ...convert, isCustom: true };
    byPrototype.set(type.prototype, kind);
    byName.set(name, kind);
  }
  return {
    kindOf(value, prototype) {
      const kind = byPrototype.get(prototype);
      if (kind !== undefined) return kind;
      if (isBuiltin(value, prototype)) return isPart(value) ? view : undefined;
      return isError(value) ? recordedError : undefined;
    },
    named: (name) => byName.get(name),
    baseOf(prototype) {
      for (let base: unknown = Object.getPrototypeOf(prototype); typeof base === 'object' && base !== null; base = Object.getPrototypeOf(base)) {
        const kind = byPrototype.get(base);
        if (kind !== undefined) return kind.name;
      }
      return undefined;
    },
  };
}

function checkedClass(one: RegisteredClass): RegisteredClass {
  if (typeof (one as unknown) === 'object' && (one as unknown) !== null && typeof (one.type as unknown) === 'function') return one;
  throw new InvalidOptionError('invalid-option', `one of the classes of jsonCodec is ${shown(one)}; give a class, or what registeredClass made`);
}

function shortKind(name: string, type: Class): Kind {
  const { prototype } = type;
  if (prototype instanceof Error) return errorKind(name, prototype);
  return {
    name,
    encode: (instance) => ({ ...instance }),
    blank: () => Object.create(prototype) as object,
    fill(instance, data) {
      if (typeof data !== 'object' || data === null) throw new DecodeError(`the text holds no properties for a '${name}'; it is corrupt`);
      // a setter of the class would run before the properties that it needs are there
      for (const [key, value] of Object.entries(data)) Object.defineProperty(instance, key, { value, configurable: true, enumerable: true, writable: true });
    },
  };
}

function errorKind(name: string, prototype: Error): Kind {
  return {
    name,
    encode: (error, keeps) => recordOf(error as Error, keeps),
    blank: () => blankError(prototype),
    fill(error, data) {
      if (!isRecord(data)) throw new DecodeError(`the text holds no name and message for a '${name}'; it is corrupt`);
      fillError(error as Error, data);
    },
  };
}

function asBuffer(bytes: unknown): Buffer {
  if (!(bytes instanceof Uint8Array)) throw new DecodeError('the text holds no bytes for a Buffer; it is corrupt');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Errors of other realms (`node:vm`, test runners) are no instances of ours. */
function isError(value: object): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function isPart(value: object): boolean {
  return ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer && value.byteLength !== value.buffer.byteLength;
}
