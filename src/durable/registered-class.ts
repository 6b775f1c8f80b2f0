import { shown } from '../define/shown.ts';
import { InvalidOptionError } from '../errors.ts';

/** A class, whatever its constructor asks for. */
export interface Class<Instance extends object = object> {
  /** What it is called in the code. */
  readonly name: string;
  /** What its instances inherit from. */
  readonly prototype: Instance;
}

/** How a codec keeps the instances of one class; see `registeredClass`. */
export interface ClassOptions<Instance extends object, Plain> {
  /** What the class is called in texts: it has to stay when the class is renamed. Default: the name of the class */
  readonly name?: string;
  /** The class. */
  readonly type: Class<Instance>;
  /** Returns an instance as data. Give both, `encode` and `decode`, or none. */
  readonly encode?: (instance: Instance) => Plain;
  /** Returns the instance again. What is reached through a cycle may not be complete when it is called. */
  readonly decode?: (plain: Plain) => Instance;
}

/** The two functions of a registered class. */
export interface Conversion {
  /** Returns an instance as data. */
  encode(instance: object): unknown;
  /** Returns the instance again. */
  decode(plain: unknown): object;
}

/** A class whose instances a codec keeps; made by `registeredClass`. */
export interface RegisteredClass {
  /** What it is called in texts. */
  readonly name: string;
  /** The class. */
  readonly type: Class;
  /** How instances become data and back; `undefined`: by their properties. */
  readonly convert: Conversion | undefined;
}

/** Built-in classes whose content is no property, so that the short form would lose it. */
const opaque: readonly Class[] = [Map, Set, Array, Date, RegExp, ArrayBuffer, DataView, Object.getPrototypeOf(Uint8Array) as Class, Promise, WeakMap, WeakSet];

/**
 * Says how a codec keeps the instances of a class.
 *
 * Without `encode` and `decode` the own enumerable properties are kept, and the instance is made again without a call of the constructor;
 * private fields (`#amount`) are not kept that way, so a class that has some needs both functions. For an error class, everything that an
 * error has is kept too.
 *
 * @throws InvalidOptionError - only one of `encode` and `decode` is given, the class has no name, or it extends a built-in class whose
 * content the short form would lose
 * @example
 * ```ts
 * class Money {
 *   readonly #cents: bigint;
 *   constructor(cents: bigint) {
 *     this.#cents = cents;
 *   }
 *   get cents() {
 *     return this.#cents;
 *   }
 * }
 *
 * const codec = jsonCodec({
 *   classes: [registeredClass({ type: Money, encode: (money) => money.cents, decode: (cents: bigint) => new Money(cents) })],
 * });
 * ```
 */
export function registeredClass<Instance extends object, Plain>(options: ClassOptions<Instance, Plain>): RegisteredClass {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) throw invalid(`a registered class is ${shown(options)}; give { type: TheClass }`);
  const { type, encode, decode } = options;
  if (!isClass(type)) throw invalid(`a registered class is ${shown(type)}; give a class`);
  const name = options.name ?? type.name;
  if (typeof name !== 'string' || name === '') throw invalid(`the name of a registered class is ${shown(name)}; give it a name that stays`);
  if ((encode === undefined) !== (decode === undefined)) {
    const [has, lacks] = encode === undefined ? ['decode', 'encode'] : ['encode', 'decode'];
    throw invalid(`registered class '${name}' has '${has}' and no '${lacks}'; give both, or none to keep the own properties`);
  }
  for (const [which, given] of Object.entries({ encode, decode })) {
    if (given !== undefined && typeof given !== 'function') throw invalid(`'${which}' of registered class '${name}' is ${shown(given)}; give a function`);
  }
  const base = opaque.find((one) => type.prototype instanceof (one as unknown as abstract new () => object)); // all of them are constructors
  if (encode === undefined && base !== undefined) {
    throw invalid(`registered class '${name}' extends '${base.name}', whose content is not in its properties; give 'encode' and 'decode'`);
  }
  // the codec calls these only with instances of the type, and with what `encode` returned
  return Object.freeze({ name, type, convert: encode === undefined ? undefined : ({ encode, decode } as Conversion) });
}

/** Callers without types give whatever they have. */
function isClass(type: unknown): boolean {
  return typeof type === 'function' && typeof type.prototype === 'object';
}

function invalid(message: string): InvalidOptionError {
  return new InvalidOptionError('invalid-option', message);
}
