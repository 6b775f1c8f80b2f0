import type { ExplainedSetting, StepExplanation } from '../define/explanation.ts';
import type { Retry } from '../define/retry-policy.ts';
import type { Compiled } from './compile.ts';
import { findAnywhere } from './find-anywhere.ts';
import { markdown } from './render/table.ts';
import { limitOf, processTimeoutOf, type Settings, settingsOf } from './settings.ts';

/** Explains which settings hold for the step that a ref names. Those of a process hold in the bodies of its steps too. */
export function explain(compiled: Compiled, ref: unknown, registry: Settings): StepExplanation {
  const spec = findAnywhere(compiled, ref);
  const process = spec.process.home ?? spec.process;
  const { path } = spec;
  const { retry, timeoutMs } = settingsOf(spec, registry);
  const explanation = {
    path,
    stepRetry: Object.freeze(retry),
    stepTimeout: Object.freeze(timeoutMs),
    processTimeout: Object.freeze(processTimeoutOf(process, registry)),
    processConcurrency: Object.freeze(limitOf('process', process)),
    flowConcurrency: Object.freeze(limitOf('flow', process.flow)),
    toTable: () => tableOf(explanation),
  };
  return Object.freeze(explanation);
}

function tableOf({ stepRetry, stepTimeout, processTimeout, processConcurrency, flowConcurrency }: StepExplanation): string {
  return markdown([
    ['Setting', 'Value', 'From'],
    row('stepRetry', stepRetry, retryText),
    row('stepTimeout', stepTimeout, timeText),
    row('processTimeout', processTimeout, timeText),
    row('processConcurrency', processConcurrency, String),
    row('flowConcurrency', flowConcurrency, String),
  ]);
}

function row<Value>(name: string, { value, level, from }: ExplainedSetting<Value>, textOf: (value: Value) => string): readonly string[] {
  return [name, value === undefined ? 'none' : textOf(value), `${level} ${from}`.trimEnd()];
}

/** The number of retries, and what was said beyond it. */
function retryText({ retries, delayMs, backoff, factor, maxDelayMs, maxElapsedMs, jitter, when }: Retry): string {
  const pauses = delayMs === 0 ? [] : [`delay ${timeText(delayMs)}`, backoff === 'exponential' ? `${backoff} × ${factor}` : backoff];
  const limits = [
    ...(maxDelayMs === Infinity ? [] : [`at most ${timeText(maxDelayMs)} apart`]),
    ...(maxElapsedMs === Infinity ? [] : [`within ${timeText(maxElapsedMs)}`]),
    ...(jitter === 0 ? [] : [`jitter ${jitter}`]),
    ...(when === undefined ? [] : ['under a condition']),
  ];
  return [String(retries), ...(retries === 0 ? [] : [...pauses, ...limits])].join(', ');
}

function timeText(milliseconds: number): string {
  return `${milliseconds} ms`;
}
