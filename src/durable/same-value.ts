import { isDeepStrictEqual } from 'node:util';
import type { Codec } from './codec.ts';

/** Returns whether two values are the same to whoever reads them back; their texts may differ, as encrypted ones do. */
export function isSameValue(codec: Codec, one: unknown, other: unknown): boolean {
  const readBack = (value: unknown): unknown => codec.decode(codec.encode(value));
  try {
    return Object.is(one, other) || isDeepStrictEqual(readBack(one), readBack(other));
  } catch {
    return false; // what cannot be recorded is not what was
  }
}
