import { MissingResultError } from '../errors.ts';
import { explain } from './explain.ts';
import type { Kernel } from './kernel/kernel.ts';
import { outcomeOf } from './outcomes.ts';

/** The error of reading a step without a result: its path, its status and the chain of causes. */
export function missingResult(kernel: Kernel, node: number): MissingResultError {
  const outcome = outcomeOf(kernel, node);
  const options = outcome.status === 'failed' ? { cause: outcome.error } : undefined;
  return new MissingResultError(kernel.pathAt(node), outcome.status, explain(kernel, node), options);
}
