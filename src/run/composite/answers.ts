import { FlowError } from '../../errors.ts';
import { shown } from '../../define/shown.ts';

/**
 * Reads the answer of a condition.
 *
 * @throws FlowError - `invalid-condition`: it is no boolean
 */
export function yesOrNo(answer: unknown, path: string): boolean {
  if (typeof answer === 'boolean') return answer;
  throw new FlowError('invalid-condition', `the condition of step '${path}' answered with ${shown(answer)}; return true or false, or a promise of one`);
}
