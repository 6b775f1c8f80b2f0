import { NonRetriableError } from 'millrace';

/** What can be wrong with an order, or go wrong with it. */
export type ProblemKind =
  | 'malformed-value'
  | 'incomplete-address'
  | 'bad-email'
  | 'unknown-currency'
  | 'no-lines'
  | 'duplicate-line'
  | 'unknown-sku'
  | 'bad-quantity'
  | 'wrong-price'
  | 'out-of-stock'
  | 'fraud-review'
  | 'card-declined'
  | 'no-answer'
  | 'overweight'
  | 'damaged'
  | 'not-served';

/** One thing that is wrong: a kind to count by, and a text to read. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly text: string;
}

/** The shop, the bank or the carrier says no to an order. Asking again would not help, so it is not retried. */
export class Refusal extends NonRetriableError {
  readonly problems: readonly Problem[];

  constructor(...problems: readonly [Problem, ...Problem[]]) {
    super(problems.map(({ text }) => text).join('; '));
    this.problems = problems;
  }
}

/** Returns what an error says about an order; anything but a refusal means that somebody did not answer. */
export function problemsOf(error: Error): readonly Problem[] {
  return error instanceof Refusal ? error.problems : [{ kind: 'no-answer', text: error.message }];
}
