/**
 * Returns whether two values look the same and hang together in the same way: what was one object is one object. Errors may be of another
 * class, for that is how they come back.
 */
export function same(one: unknown, other: unknown, pairs: Map<object, unknown> = new Map<object, unknown>()): boolean {
  if (typeof one !== 'object' || one === null) return Object.is(one, other);
  if (typeof other !== 'object' || other === null) return false;
  if (pairs.has(one)) return pairs.get(one) === other;
  if ([...pairs.values()].includes(other)) return false;
  pairs.set(one, other);
  if (one instanceof Error) return other instanceof Error && same(partsOf(one), partsOf(other), pairs);
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date) return Object.is(one.getTime(), (other as Date).getTime());
  if (one instanceof RegExp || one instanceof URL) return String(one) === String(other);
  if (one instanceof Map) return sameLists([...one].flat(), [...(other as Map<unknown, unknown>)].flat(), pairs);
  if (one instanceof Set) return sameLists([...one], [...(other as Set<unknown>)], pairs);
  if (one instanceof ArrayBuffer) return Buffer.from(one).equals(Buffer.from(other as ArrayBuffer));
  if (one instanceof DataView) return same(one.buffer, (other as DataView).buffer, pairs);
  if (one instanceof String) return String(one) === String(other);
  const keys = Object.keys(one);
  if (one instanceof Array && one.length !== (other as unknown[]).length) return false;
  return sameLists(keys, Object.keys(other), pairs) && keys.every((key) => same(Reflect.get(one, key), Reflect.get(other, key), pairs));
}

function sameLists(one: readonly unknown[], other: readonly unknown[], pairs: Map<object, unknown>): boolean {
  return one.length === other.length && one.every((value, index) => same(value, other[index], pairs));
}

function partsOf(error: Error): object {
  const { name, message, stack, cause } = error;
  return { ...error, name, message, stack, cause };
}
