import { shortened } from '../shortened.ts';
import { CANCELLED, FAILED, NOT_TAKEN, PASSED_ON, SKIPPED, STOPPED, SUCCEEDED } from './kernel/cells.ts';

/** How much of a message of somebody else is told. */
const longest = 500;

/** Says how something ended, in a few words. */
export function lineOf(name: string, state: number, value: unknown): string {
  switch (state) {
    case SUCCEEDED:
      return `${name}: succeeded`;
    case FAILED:
      return `${name}: failed: ${shortened(value instanceof Error ? value.message : String(value), longest)}`;
    case CANCELLED:
      return `${name}: cancelled`;
    case SKIPPED:
      return `${name}: skipped by its condition${threw(value)}`;
    case PASSED_ON:
      return `${name}: skipped by its condition${threw(value)}, with its dependents`;
    case NOT_TAKEN:
      return `${name}: skipped, its branch was not taken`;
    case STOPPED:
      return `${name}: stopped${value instanceof Error ? `: ${shortened(value.message, longest)}` : typeof value === 'string' ? `: ${shortened(value, longest)}` : ''}`;
    default:
      return `${name}: has not ended`;
  }
}

function threw(error: unknown): string {
  return error instanceof Error ? `, which threw: ${shortened(error.message, longest)}` : '';
}
