import type { StepContext, StepHandle } from 'millrace';
import type { Scope } from '../../../src/define/scope.ts';

/** A step of one name, in a scope; returns its handle, for a body. */
export type Filling = (scope: Scope<undefined>) => StepHandle<string, unknown, undefined>;

/** Registers a composite step of one kind, named as its kind, whose body is filled so. */
export type Kind = (scope: Scope<undefined>, fill: Filling) => StepHandle<string, unknown, undefined>;

/** Each kind of composite step that has a body, so that the body runs once. The value of all but `forEach` is that of the body. */
export const kinds: Readonly<Record<string, Kind>> = {
  group: (scope, fill) => scope.group(fill, 'group'),
  case: (scope, fill) => scope.case(() => true, 'case', fill),
  otherwise: (scope, fill) => scope.case(() => false, 'otherwise', () => undefined, fill),
  loop: (scope, fill) => scope.loopUntil(fill, 'loop', () => true),
  retry: (scope, fill) => scope.retry(fill, 'retry', 2),
  forEach: (scope, fill) => scope.forEach(['a'], 'forEach', fill),
  items: (scope, fill) => scope.forEach(() => asyncly('a'), 'items', fill, { key: (item) => item }),
};

/** What a kind adds to the paths of the steps in its body. */
export const placeOf: Readonly<Record<string, string>> = {
  group: 'group',
  case: 'case',
  otherwise: 'otherwise#otherwise',
  loop: 'loop#1',
  retry: 'retry#1',
  forEach: 'forEach/0',
  items: 'items/a',
};

/** The same for idempotency keys: a retry is the same work once more. */
export const keyPlaceOf: Readonly<Record<string, string>> = { ...placeOf, retry: 'retry' };

/** The value of a kind whose body has this value. */
export function valueOf(kind: string, value: unknown): unknown {
  return kind === 'forEach' || kind === 'items' ? [value] : value;
}

/** All pairs of kinds. */
export const pairs: readonly (readonly [string, string])[] = Object.keys(kinds).flatMap((outer) => Object.keys(kinds).map((inner) => [outer, inner] as const));

/** Registers the kinds inside of one another, the first one outermost. */
export function nested(scope: Scope<undefined>, names: readonly string[], fill: Filling): StepHandle<string, unknown, undefined> {
  const [first, ...rest] = names;
  if (first === undefined) return fill(scope);
  return (kinds[first] as Kind)(scope, (inner) => nested(inner, rest, fill));
}

/** The items one by one. */
export async function* asyncly<Item>(...items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}

/** What a step sees of itself. */
export function seen(s: StepContext): { readonly path: string; readonly key: string; readonly process: string } {
  return { path: s.path, key: s.idempotencyKey, process: s.process };
}
