/*
 * What is stored is `[checksum,data]`: JSON, in which a damaged character is noticed wherever it is, also inside a value.
 * Every format has this envelope.
 */

const [zero, comma] = [48, 44];

/** Returns JSON with its checksum. */
export function seal(json: string): string {
  return `[${checksum(json)},${json}]`;
}

/**
 * Returns the JSON that was sealed, or `undefined` when it is not the same any more.
 *
 * @param isIntact - whether that is known otherwise
 */
export function unseal(text: string, isIntact = false): string | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined;
  let sum = 0;
  let at = 1;
  for (; isDigit(text.charCodeAt(at)); at++) sum = sum * 10 + text.charCodeAt(at) - zero;
  if (at === 1 || text.charCodeAt(at) !== comma) return undefined;
  const json = text.slice(at + 1, -1);
  return isIntact || checksum(json) === sum ? json : undefined;
}

function isDigit(code: number): boolean {
  return code >= zero && code < zero + 10;
}

/** FNV-1a with 32 bits over the code units. No single one can change unnoticed: each step maps different states to different ones. */
function checksum(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
