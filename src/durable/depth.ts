/** How deep values may stand inside one another. A text is read by recursion, and a stack that is little used has room for about twice that. */
export const deepest = 1000;

/** No text that is shorter is so deep: each level needs a brace, a reference and a comma. */
const shortest = deepest * 4;

/**
 * Returns whether a text of `devalue` is deeper than `deepest`.
 *
 * Values are numbered in the order in which they are met, so the value that one was met in is the last one before it that refers to it.
 */
export function isTooDeep(text: string): boolean {
  if (text.length < shortest) return false;
  const values = JSON.parse(text) as readonly unknown[]; // a text of that length is a list of values
  const depths = new Uint32Array(values.length);
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'object' || value === null) continue;
    const depth = (depths[index] ?? 0) + 1;
    if (depth > deepest) return true;
    for (const child of referencesOf(value)) if (typeof child === 'number' && child > index) depths[child] = depth;
  }
  return false;
}

/** An array that is mostly empty is -7, its length, and pairs of an index and a reference. */
function referencesOf(value: object): readonly unknown[] {
  if (!Array.isArray(value)) return Object.values(value);
  return value[0] === -7 ? value.filter((_, place) => place > 1 && place % 2 === 1) : value;
}
