import { ALL, ANY, SUCCESS } from '../../graph/edges.ts';
import { BRANCHED, BROKE, CANCELLED, NOT_TAKEN, SKIPPED, SUCCEEDED, WENT } from './cells.ts';
import { BRANCH, CANCEL, verdictOf } from './verdicts.ts';

/**
 * What an edge does to the node behind it: returns the node's new cell, which has an outcome when the edge decides the
 * node at once. One cancel does, unless another edge could still go (`ANY`); the first go does in `ANY`, unless its source
 * was passed over.
 */
export function arrive(cell: number, mode: number, kind: number, outcome: number): number {
  const verdict = verdictOf(kind, outcome);
  if (verdict === CANCEL) return cell | (mode === ANY ? BROKE : CANCELLED);
  if (verdict === BRANCH) return cell | BRANCHED;
  if (mode === ALL) return cell;
  return mode === ANY && (outcome !== SKIPPED || kind !== SUCCESS) ? cell | SUCCEEDED : cell | WENT;
}

/** What becomes of a node whose last edge has arrived: 0 when it goes, else its outcome. */
export function decide(cell: number): 0 | typeof CANCELLED | typeof NOT_TAKEN {
  if ((cell & WENT) !== 0 || (cell & (BRANCHED | BROKE)) === 0) return 0;
  return (cell & BROKE) !== 0 ? CANCELLED : NOT_TAKEN;
}
