import type { FlowResult, ProcessResult, StepFailure } from '../define/run.ts';
import { shown } from '../define/shown.ts';
import { FlowError } from '../errors.ts';
import { bulleted, retold } from '../shortened.ts';

/** What `orThrow` throws: a run that did not succeed, with one error for each step that failed. */
export class RunError extends FlowError {
  /** The steps that failed, in graph order. */
  readonly errors: readonly StepFailure[];
  /** The whole result. */
  readonly result: FlowResult;

  /** @internal */
  constructor(result: FlowResult, processes: readonly ProcessResult[]) {
    const { errors, reason } = result;
    const reasons = [...new Set([reason, ...processes.map((process) => process.reason)])].filter((one) => one !== undefined);
    const told = reasons.filter((one) => !errors.some(({ error }) => error === one));
    const why = told.length === 0 ? '' : `: ${told.map(textOf).join('; ')}`;
    const list = bulleted(errors.map(({ path, error }) => `${path}: ${retold(error.message)}`)); // all of them, and all of each, are in `errors`
    const [one, many] = errors.some(({ path }) => path.includes('@')) ? ['a step or callback', 'steps and callbacks'] : ['a step', 'steps']; // no step's name holds an `@`
    const failures = errors.length === 0 ? '' : `, ${errors.length === 1 ? one : `${errors.length} ${many}`} failed:${list}`;
    super('run-failed', `run of flow '${result.flow}' ${result.status}${why}${failures}`, { cause: errors[0]?.error ?? reasons[0] });
    this.errors = errors;
    this.result = result;
  }
}

function textOf(reason: unknown): string {
  if (reason instanceof Error) return retold(reason.message);
  return typeof reason === 'string' ? retold(reason) : shown(reason);
}

Object.defineProperty(RunError.prototype, 'name', { value: 'RunError', configurable: true, writable: true });
