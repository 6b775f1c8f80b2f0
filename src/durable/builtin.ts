const views = ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Float16', 'Int32', 'Uint32', 'Float32', 'Float64', 'BigInt64', 'BigUint64'];
const temporal = ['Duration', 'Instant', 'PlainDate', 'PlainTime', 'PlainDateTime', 'PlainMonthDay', 'PlainYearMonth', 'ZonedDateTime'];

/** The classes whose instances are kept as they are, by the tag of their instances. */
const names: readonly string[] = [
  ...['Object', 'Array', 'Date', 'Map', 'Set', 'RegExp', 'URL', 'URLSearchParams', 'ArrayBuffer', 'DataView', 'Number', 'String', 'Boolean', 'BigInt'],
  ...views.map((name) => `${name}Array`),
];

const prototypes: ReadonlySet<unknown> = new Set([
  ...names.map((name) => prototypeOf(globalThis, name)),
  ...temporal.map((name) => prototypeOf(temporalRoom(), name)),
]);

/** Not every Node has `Temporal` and `Float16Array`. */
function temporalRoom(): object {
  return (Reflect.get(globalThis, 'Temporal') as object | undefined) ?? {};
}

function prototypeOf(room: object, name: string): unknown {
  const type: unknown = Reflect.get(room, name);
  return typeof type === 'function' ? type.prototype : undefined;
}

/** Returns whether an object with a prototype is an instance of a built-in class itself, of this realm or of another one, and not of a subclass. */
export function isBuiltin(value: object, prototype: object): boolean {
  return prototypes.has(prototype) || isForeign(value, prototype);
}

/** Values of `node:vm` and of some test runners come from another realm, with classes of their own. */
function isForeign(value: object, prototype: object): boolean {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (!names.includes(tag) || !Object.hasOwn(prototype, 'constructor')) return false;
  const type: unknown = prototype.constructor;
  return typeof type === 'function' && type.name === tag && isNative(type);
}

/** Returns whether a function is part of the engine. */
export function isNative(type: object): boolean {
  return Function.prototype.toString.call(type).includes('[native code]');
}
