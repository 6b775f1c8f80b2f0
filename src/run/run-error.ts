import type { FlowResult, ProcessResult, StepFailure } from '../define/run.ts';
import { shown } from '../define/shown.ts';
import { FlowError } from '../errors.ts';

/** What `orThrow` throws: a run that did not succeed, with one error for each step that failed. */
export class RunError extends FlowError {
  /** The steps that failed, in graph order. */
  readonly errors: readonly StepFailure[];
  /** The whole result. */
  readonly result: FlowResult;

  /** @internal */
  constructor(result: FlowResult, processes: readonly ProcessResult[]) {
    const { errors, reason } = result;
    const stops = reason === undefined ? processes.filter((process) => process.reason !== undefined) : [];
    const reasons = [...(reason === undefined ? [] : [reason]), ...stops.map((process) => process.reason)];
    const lines = [...reasons.map(textOf), ...errors.map(({ path, error }) => `${path}: ${error.message}`)];
    const cause: unknown = errors[0]?.error ?? reasons[0];
    super('run-failed', `run of flow '${result.flow}' ${result.status}:${lines.map((line) => `\n  - ${line}`).join('')}`, { cause });
    this.errors = errors;
    this.result = result;
  }
}

function textOf(reason: unknown): string {
  if (reason instanceof Error) return reason.message;
  return typeof reason === 'string' ? reason : shown(reason);
}

Object.defineProperty(RunError.prototype, 'name', { value: 'RunError', configurable: true, writable: true });
