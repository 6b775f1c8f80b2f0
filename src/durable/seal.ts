/*
 * What is stored is `[checksum,data]`: JSON, in which a damaged character is noticed wherever it is, also inside a value.
 * Every format has this envelope.
 */

const sealed = /^\[(\d+),/;

/** Returns JSON with its checksum. */
export function seal(json: string): string {
  return `[${checksum(json)},${json}]`;
}

/** Returns the JSON that was sealed, or `undefined` when it is not the same any more. */
export function unseal(text: string): string | undefined {
  const [start, sum] = sealed.exec(text) ?? [];
  if (start === undefined || !text.endsWith(']')) return undefined;
  const json = text.slice(start.length, -1);
  return checksum(json) === Number(sum) ? json : undefined;
}

/** FNV-1a with 32 bits over the code units. No single one can change unnoticed: each step maps different states to different ones. */
function checksum(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
