import { EXEMPT, FAILED as FAILED_EDGE, OPTIONAL, SETTLED, SUCCESS } from '../../graph/edges.ts';
import { CANCELLED, FAILED, FIRST_OUTCOME, NOT_TAKEN, PASSED_ON, SKIPPED, STOPPED, SUCCEEDED } from './cells.ts';

/** What an edge brings to the node behind it. */
export const GO = 0;
export const BRANCH = 1;
export const CANCEL = 2;

export type Verdict = typeof GO | typeof BRANCH | typeof CANCEL;

const outcomes = [SUCCEEDED, SKIPPED, NOT_TAKEN, FAILED, CANCELLED, STOPPED, PASSED_ON] as const;

/** What each outcome brings over an edge that needs success. */
const success = { [SUCCEEDED]: GO, [SKIPPED]: GO, [NOT_TAKEN]: BRANCH, [FAILED]: CANCEL, [CANCELLED]: CANCEL, [STOPPED]: CANCEL, [PASSED_ON]: BRANCH } as const;

/** The law of joins as a table: for each kind of edge, what each outcome of its source brings; see `Exemptions` for exempt ones. */
const law = {
  [SUCCESS]: success,
  [SETTLED]: { [SUCCEEDED]: GO, [SKIPPED]: GO, [NOT_TAKEN]: GO, [FAILED]: GO, [CANCELLED]: GO, [STOPPED]: GO, [PASSED_ON]: GO },
  [FAILED_EDGE]: { [SUCCEEDED]: BRANCH, [SKIPPED]: BRANCH, [NOT_TAKEN]: BRANCH, [FAILED]: GO, [CANCELLED]: BRANCH, [STOPPED]: BRANCH, [PASSED_ON]: BRANCH },
  [OPTIONAL]: undefined,
  [EXEMPT]: success,
} as const;

const width = 8;

/** The same table as one array, for the kernel. */
const table: readonly Verdict[] = ([SUCCESS, SETTLED, FAILED_EDGE, OPTIONAL, EXEMPT] as const).flatMap((kind) => {
  const row = new Array<Verdict>(width).fill(CANCEL);
  for (const outcome of outcomes) row[outcome - FIRST_OUTCOME] = law[kind]?.[outcome] ?? CANCEL;
  return row;
});

/** Returns what an edge of this kind brings when its source ended like this. */
export function verdictOf(kind: number, outcome: number): Verdict {
  return table[kind * width + outcome - FIRST_OUTCOME] as Verdict; // every kind that holds back has a full row
}
