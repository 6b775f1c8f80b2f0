import { shown } from '../define/shown.ts';
import type { Outcome } from '../define/outcome.ts';
import { Result } from '../run/result.ts';
import type { ResultData } from '../run/result-data.ts';
import { DecodeError } from './codec-errors.ts';
import type { Kind } from './kind.ts';
import { RecordedResult } from './recorded-result.ts';

/** How results of flows are kept: by what they tell. */
export const resultKind: Kind = {
  name: 'millrace/FlowResult',
  encode(instance, keeps) {
    const data = instance instanceof RecordedResult ? RecordedResult.dataOf(instance) : Result.dataOf(instance as Result); // there is no other
    return withReasons(data, keeps);
  },
  blank: () => new RecordedResult(),
  fill(instance, data) {
    if (!isData(data)) throw new DecodeError('the text holds a result of a flow that is none; it is corrupt');
    RecordedResult.fill(instance as RecordedResult, data); // it was made above
  },
};

/** A reason that cannot be kept must not make a result impossible to keep: an error says what it was. */
function withReasons(data: ResultData, keeps: (value: unknown) => boolean): ResultData {
  const others = new Map<unknown, Error>();
  const kept = (reason: unknown): unknown => {
    if (reason === undefined || reason instanceof Error || keeps(reason)) return reason;
    const other = others.get(reason) ?? new Error(`a reason that cannot be recorded: ${shown(reason)}`);
    others.set(reason, other);
    return other;
  };
  const keptIn = (outcome: Outcome): Outcome => (outcome.status === 'stopped' ? { ...outcome, reason: kept(outcome.reason) } : outcome);
  return {
    ...data,
    ...('reason' in data && { reason: kept(data.reason) }),
    processes: data.processes.map((process) => ('reason' in process ? { ...process, reason: kept(process.reason) } : process)),
    steps: data.steps.map((step) => ({ ...step, outcome: keptIn(step.outcome) })),
    callbacks: data.callbacks.map((callback) => ({ ...callback, outcome: keptIn(callback.outcome) })),
  };
}

function isData(data: unknown): data is ResultData {
  if (typeof data !== 'object' || data === null || !('steps' in data && 'callbacks' in data && 'processes' in data && 'timeline' in data && 'abandoned' in data)) return false;
  return [data.steps, data.callbacks, data.processes, data.timeline, data.abandoned].every((list) => Array.isArray(list));
}
