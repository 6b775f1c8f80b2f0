import type { EventBase, InternalError, InternalErrorStage } from '../define/events.ts';
import type { Kernel } from './kernel/kernel.ts';
import { logProblem } from './problem-log.ts';
import type { RunSettings } from './run-settings.ts';
import type { Surroundings } from './surroundings.ts';

/** What a problem is about, besides its step. */
export type ProblemDetails = Omit<InternalError, keyof EventBase | 'type' | 'stage' | 'error' | 'path'>;

/** The run that has a problem. */
interface Troubled {
  readonly id: string;
  readonly kernel: Kernel;
  readonly settings: RunSettings;
  readonly around: Surroundings;
}

/** Tells the run's listeners and those who get the problems of all runs; the logger when there is nobody else (law K8). */
export function reportProblem(
  { id: runId, kernel, settings, around }: Troubled,
  listeners: { emit(event: InternalError): void } | undefined,
  stage: InternalErrorStage,
  error: Error,
  path: string | undefined,
  details?: ProblemDetails,
): void {
  const { sinks, logger } = around;
  if (listeners === undefined && !sinks.hear(stage)) {
    logProblem(logger, { error, stage, path, runId, ...details });
    return;
  }
  const event: InternalError = { type: 'internal-error', runId, flow: kernel.template.flow, at: settings.clock.now(), stage, error, path, ...details };
  listeners?.emit(event);
  sinks.send(event);
}
