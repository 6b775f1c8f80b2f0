import type { FlowResult, StepFailure } from '../define/run.ts';
import { FlowError } from '../errors.ts';

/** What `orThrow` throws: a run that did not succeed, with one error for each step that failed. */
export class RunError extends FlowError {
  /** The steps that failed, in graph order. */
  readonly errors: readonly StepFailure[];
  /** The whole result. */
  readonly result: FlowResult;

  constructor(result: FlowResult) {
    const { errors } = result;
    const list = errors.map(({ path, error }) => `\n  - ${path}: ${error.message}`).join('');
    const reason = result.reason instanceof Error ? `: ${result.reason.message}` : typeof result.reason === 'string' ? `: ${result.reason}` : '';
    const what = errors.length === 0 ? reason : `, ${errors.length === 1 ? 'a step' : `${errors.length} steps`} failed:${list}`;
    super('run-failed', `run of flow '${result.flow}' ${result.status}${what}`, errors[0] === undefined ? undefined : { cause: errors[0].error });
    this.errors = errors;
    this.result = result;
  }
}

Object.defineProperty(RunError.prototype, 'name', { value: 'RunError', configurable: true, writable: true });
