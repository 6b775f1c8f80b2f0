import { isBuiltin, isNative } from './builtin.ts';
import type { ClassTable } from './class-table.ts';

/** Why a value cannot be kept. */
export interface Refusal {
  /** Where it is: `value.order.lines[2].price`. */
  readonly path: string;
  /** What it is or has, and what to do. */
  readonly why: string;
  readonly cause?: unknown;
}

/** Returns why a value cannot be kept, whatever stands inside it; `undefined` when it can. */
export function whyNot(value: unknown, table: ClassTable): string | undefined {
  if (typeof value === 'function') return `is ${value.name === '' ? 'a function' : `the function '${value.name}'`}; keep data only`;
  if (typeof value === 'symbol') return 'is a symbol; keep a text';
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null) return whyNotPlain(value);
  if (prototype !== Array.prototype && table.kindOf(value, prototype) === undefined && !isBuiltin(value, prototype)) return aboutClass(prototype, table);
  const extra = extraKey(value);
  return extra === undefined ? undefined : `has a property '${extra}', which is not kept with it; keep an object that has both`;
}

function whyNotPlain(value: object): string | undefined {
  const symbol = Object.getOwnPropertySymbols(value).find((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  if (symbol !== undefined) return `has ${String(symbol)} as a key; use a text`;
  return Object.keys(value).includes('__proto__') ? "has a key '__proto__', which no text keeps; rename it" : undefined;
}

/** Lists and collections keep their members; a further property, as on what `match` returns, would be lost without a word. */
export function extraKey(value: object): string | undefined {
  if (Array.isArray(value)) {
    const last = Object.keys(value).at(-1); // the indexes come first
    return last === undefined || String(Number(last) >>> 0) === last ? undefined : last;
  }
  return value instanceof Map || value instanceof Set || value instanceof Date || value instanceof RegExp ? Object.keys(value)[0] : undefined;
}

function aboutClass(prototype: object, table: ClassTable): string {
  if (!Object.hasOwn(prototype, 'constructor')) return 'is an object whose prototype is another object; keep plain data';
  const type: unknown = Reflect.get(prototype, 'constructor');
  const name = typeof type === 'function' && type.name !== '' ? type.name : undefined;
  if (name === 'Promise' || name === 'AsyncFunction') return 'is a promise; await it first';
  const base = table.baseOf(prototype);
  const extension = base === undefined ? '' : `, which extends '${base}' and is not registered itself`;
  if (typeof type === 'function' && isNative(type) && base === undefined) return `is a ${name ?? 'native object'}, which cannot be read back; keep data only`;
  const what = name === undefined ? 'is an instance of a class without a name' : `is an instance of '${name}'${extension}`;
  return `${what}; register its class, jsonCodec({ classes: [${name ?? '…'}] }), or keep plain data`;
}

/** Returns the first thing inside a value that cannot be kept, with the shortest way to it. It recurses nowhere, for what failed may be deep. */
export function findRefusal(root: unknown, table: ClassTable): Refusal | undefined {
  const seen = new Set<unknown>();
  const queue: { readonly value: unknown; readonly path: string }[] = [{ value: root, path: 'value' }];
  for (const { value, path } of queue) { // grows while it is read
    const why = whyNot(value, table);
    if (why !== undefined) return { path, why };
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const refusal = enqueue(value, path, table, (child, at) => queue.push({ value: child, path: at }));
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function enqueue(value: object, path: string, table: ClassTable, add: (child: unknown, path: string) => void): Refusal | undefined {
  if (value instanceof Map) {
    let place = 0;
    for (const [key, one] of value) {
      add(key, `${path}.keys()[${place}]`);
      add(one, isName(key) ? `${path}.get(${typeof key === 'string' ? JSON.stringify(key) : String(key)})` : `${path}.values()[${place}]`);
      place += 1;
    }
    return undefined;
  }
  if (value instanceof Set) {
    for (const [place, one] of [...value].entries()) add(one, `${path}.values()[${place}]`);
    return undefined;
  }
  if (ArrayBuffer.isView(value)) {
    if (!(value.buffer instanceof ArrayBuffer)) add(value.buffer, `${path}.buffer`);
    return undefined;
  }
  const kind = table.kindOf(value, Object.getPrototypeOf(value) as object); // every object without a prototype is plain, and no kind has `null`
  if (kind !== undefined) {
    try {
      const data = kind.encode(value, () => false);
      if (data !== value) add(data, path);
      return undefined;
    } catch (cause) {
      return { path, why: `could not be encoded by its class '${kind.name}': ${textOf(cause)}`, cause };
    }
  }
  for (const key of Object.keys(value)) {
    const at = `${path}${segment(key, Array.isArray(value))}`;
    try {
      add(Reflect.get(value, key), at);
    } catch (cause) {
      return { path: at, why: `could not be read: ${textOf(cause)}`, cause };
    }
  }
  return undefined;
}

function isName(key: unknown): boolean {
  return key === null || !['object', 'function', 'symbol'].includes(typeof key);
}

function segment(key: string, isIndex: boolean): string {
  if (isIndex) return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
