import { retold } from '../shortened.ts';
import { CANCELLED, FAILED, NOT_TAKEN, PASSED_ON, SKIPPED, STOPPED, SUCCEEDED } from './kernel/cells.ts';

/** Says how something ended, in a few words. */
export function lineOf(name: string, state: number, value: unknown): string {
  switch (state) {
    case SUCCEEDED:
      return `${name}: succeeded`;
    case FAILED:
      return `${name}: failed: ${retold(value instanceof Error ? value.message : String(value))}`;
    case CANCELLED:
      return `${name}: cancelled`;
    case SKIPPED:
      return `${name}: skipped by its condition${threw(value)}`;
    case PASSED_ON:
      return `${name}: skipped by its condition${threw(value)}, with its dependents`;
    case NOT_TAKEN:
      return `${name}: skipped, its branch was not taken`;
    case STOPPED:
      return `${name}: stopped${value instanceof Error ? `: ${retold(value.message)}` : typeof value === 'string' ? `: ${retold(value)}` : ''}`;
    default:
      return `${name}: has not ended`;
  }
}

function threw(error: unknown): string {
  return error instanceof Error ? `, which threw: ${retold(error.message)}` : '';
}
