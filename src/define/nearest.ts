import { distance } from 'fastest-levenshtein';

/** Returns the candidate that a typo most likely meant, or `undefined` when none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = allowed(name.length) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const far = distance(name.toLowerCase(), candidate.toLowerCase());
    if (far < bestDistance) {
      best = candidate;
      bestDistance = far;
    }
  }
  return best;
}

/** How many letters may differ: none in a name of two, a swap of two letters (which counts as two) in one of five. */
function allowed(length: number): number {
  if (length <= 2) return 0;
  return length <= 4 ? 1 : Math.max(2, Math.floor(length / 3));
}

/** The hint that follows an unknown name: `; did you mean 'build'?`, or what to do when nothing is near. */
export function hint(name: string, candidates: Iterable<string>, otherwise: string): string {
  const near = nearest(name, candidates);
  return near === undefined ? `; ${otherwise}` : `; did you mean '${near}'?`;
}
