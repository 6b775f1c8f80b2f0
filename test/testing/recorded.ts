import type { Outcome, RunOutcome } from '../../src/define/outcome.ts';
import type { Ref } from '../../src/define/refs.ts';
import type { FlowResult } from '../../src/define/run.ts';
import { FlowError, UnknownStepError } from '../../src/errors.ts';

/** What happened to one step of a recorded run. */
export interface Recorded {
  readonly outcome: Outcome;
  /** Its first start and its end; left out for a step that never started. */
  readonly at?: readonly [start: number, end: number];
  readonly why?: string;
}

export function succeededAt(start: number, end: number): Recorded {
  return { outcome: { status: 'succeeded', value: undefined }, at: [start, end] };
}

export function failedAt(start: number, end: number, message: string): Recorded {
  return { outcome: { status: 'failed', error: new Error(message) }, at: [start, end], why: `failed: ${message}` };
}

export function cancelledBy(path: string, message: string): Recorded {
  return { outcome: { status: 'cancelled', because: [{ path, status: 'failed' }] }, why: `cancelled ← ${path}: failed: ${message}` };
}

/** A result as a run would give it, for timelines that are easier to write than to bring about. Refs are paths and names. */
export function recordedResult(steps: Readonly<Record<string, Recorded>>, status: RunOutcome = 'succeeded'): FlowResult {
  const all = new Map(Object.entries(steps));
  const path = (ref: Ref): string => {
    const name = typeof ref === 'string' ? ref : ref.name;
    const found = [...all.keys()].find((candidate) => candidate === name || candidate.endsWith(`/${name}`));
    if (found === undefined) throw new UnknownStepError('unknown-step', `there is no step '${name}' in flow 'release'`);
    return found;
  };
  const recordOf = (ref: Ref): Recorded => all.get(path(ref))!;
  const timeline = [...all].flatMap(([at, record]) => (record.at === undefined ? [] : [{ path: at, start: record.at[0], end: record.at[1] }]));
  const unused = (): never => {
    throw new FlowError('internal', 'a recorded result does not have this');
  };
  return {
    runId: 'r-1',
    flow: 'release',
    status,
    startedAt: 0,
    endedAt: 0,
    steps: new Map([...all].map(([at, record]) => [at, record.outcome])),
    errors: [],
    abandoned: timeline.filter((entry) => entry.end === Infinity).map((entry) => entry.path),
    unreadSignals: [],
    timeline: timeline.sort((a, b) => a.start - b.start),
    reason: undefined,
    path,
    outcome: (ref) => recordOf(ref).outcome as never,
    explain: (ref) => `${path(ref).replace(/^.*\//, '')}: ${recordOf(ref).why ?? recordOf(ref).outcome.status}`,
    value: unused,
    process: unused,
    orThrow: unused,
    recover: unused,
  };
}
