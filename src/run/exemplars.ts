import type { Clock } from '../clock.ts';
import { FlowSpec } from '../define/spec.ts';
import { compile } from '../graph/compile.ts';
import { Context } from './context.ts';
import { FlowRun } from './flow-run.ts';
import { runSettings } from './options.ts';
import { Plan } from './plan.ts';
import { Result } from './result.ts';
import type { Surroundings } from './surroundings.ts';

/** Makes one object of each class that a run is made of, from a flow without steps that never begins. */
export function exemplars(around: Surroundings, clock: Clock): readonly object[] {
  const { template } = compile(new FlowSpec('', undefined), { retry: undefined, timeoutMs: undefined, processTimeoutMs: undefined });
  const run = new FlowRun(new Plan(template), around, runSettings(undefined, template, clock));
  return [run, new Context(run, 0, 1), new Result(run)];
}
