import { FAILED as FAILED_EDGE, SETTLED, SUCCESS } from '../../graph/edges.ts';
import { CANCELLED, FAILED, FIRST_OUTCOME, NOT_TAKEN, SKIPPED, STOPPED, SUCCEEDED } from './cells.ts';

/** What an edge brings to the node behind it. */
export const GO = 0;
export const BRANCH = 1;
export const CANCEL = 2;

export type Verdict = typeof GO | typeof BRANCH | typeof CANCEL;

const outcomes = [SUCCEEDED, SKIPPED, NOT_TAKEN, FAILED, CANCELLED, STOPPED] as const;

/** The law of joins as a table: for each kind of edge, what each outcome of its source brings. */
const law = {
  [SUCCESS]: { [SUCCEEDED]: GO, [SKIPPED]: GO, [NOT_TAKEN]: BRANCH, [FAILED]: CANCEL, [CANCELLED]: CANCEL, [STOPPED]: CANCEL },
  [SETTLED]: { [SUCCEEDED]: GO, [SKIPPED]: GO, [NOT_TAKEN]: GO, [FAILED]: GO, [CANCELLED]: GO, [STOPPED]: GO },
  [FAILED_EDGE]: { [SUCCEEDED]: BRANCH, [SKIPPED]: BRANCH, [NOT_TAKEN]: BRANCH, [FAILED]: GO, [CANCELLED]: BRANCH, [STOPPED]: BRANCH },
} as const;

const width = 8;

/** The same table as one array, for the kernel. */
const table: readonly Verdict[] = ([SUCCESS, SETTLED, FAILED_EDGE] as const).flatMap((kind) => {
  const row = new Array<Verdict>(width).fill(CANCEL);
  for (const outcome of outcomes) row[outcome - FIRST_OUTCOME] = law[kind][outcome];
  return row;
});

/** Returns what an edge of this kind brings when its source ended like this. */
export function verdictOf(kind: number, outcome: number): Verdict {
  return table[kind * width + outcome - FIRST_OUTCOME] as Verdict; // every kind that holds back has a full row
}
