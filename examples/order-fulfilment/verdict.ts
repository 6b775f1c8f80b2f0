import type { Ref, StepContext } from 'millrace';
import { problemsOf, Refusal, type Problem } from './refusal.ts';

/** What can become of an order, best first. */
export const fates = ['paid', 'refunded', 'refund due', 'declined', 'unpaid', 'held', 'out of stock', 'rejected'] as const;

/** What became of an order. */
export type Fate = (typeof fates)[number];

/** What became of an order, and why if it was not delivered. */
export interface Verdict {
  readonly fate: Fate;
  readonly problems: readonly Problem[];
}

/** The steps whose outcomes decide about an order. */
export interface DecidingSteps {
  readonly validate: Ref;
  readonly reserve: Ref;
  readonly screen: Ref;
  readonly charge: Ref;
  readonly pack: Ref;
  readonly ship: Ref;
  readonly refund: Ref;
}

/** Reads the outcomes of the steps of an order and says what became of it. */
export function verdictOf(steps: DecidingSteps, s: Pick<StepContext, 'outcome'>): Verdict {
  const errorOf = (ref: Ref): Error | undefined => {
    const outcome = s.outcome(ref);
    return outcome.status === 'failed' ? outcome.error : undefined;
  };
  const { validate, reserve, screen, charge, pack, ship, refund } = steps;
  const problems = [validate, reserve, screen, charge, pack, ship, refund].flatMap((ref) => {
    const error = errorOf(ref);
    return error === undefined ? [] : problemsOf(error);
  });
  const fate = (): Fate => {
    if (errorOf(validate) !== undefined) return 'rejected';
    if (errorOf(reserve) !== undefined) return 'out of stock';
    if (errorOf(screen) !== undefined) return 'held';
    const chargeError = errorOf(charge);
    if (chargeError !== undefined) return chargeError instanceof Refusal ? 'declined' : 'unpaid';
    if (s.outcome(ship).status === 'succeeded') return 'paid';
    return s.outcome(refund).status === 'succeeded' ? 'refunded' : 'refund due';
  };
  return { fate: fate(), problems };
}
