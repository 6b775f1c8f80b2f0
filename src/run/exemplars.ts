import { FlowSpec } from '../define/spec.ts';
import { compile } from '../graph/compile.ts';
import { ConditionView } from './condition-view.ts';
import { Context } from './context.ts';
import { FlowRun } from './flow-run.ts';
import { LastEnds } from './last-ends.ts';
import { type Defaults, runSettings } from './options.ts';
import { Plan } from './plan.ts';
import { Result } from './result.ts';
import { RunHandle } from './run-handle.ts';
import type { Surroundings } from './surroundings.ts';
import { Views } from './views.ts';

/** Makes one object of each class that a run is made of, from a flow without steps that never begins. */
export function exemplars(around: Surroundings, defaults: Defaults): readonly object[] {
  const flow = new FlowSpec('', undefined);
  const plan = new Plan(compile(flow, { retry: undefined, timeoutMs: undefined, processTimeoutMs: undefined }), flow);
  const run = new FlowRun(plan, around, runSettings(undefined, plan.template, defaults), 'exemplar');
  const handle = new RunHandle(run);
  handle.on('*', () => undefined);
  void run.done;
  run.alarm.now();
  run.layers().set(0, '', undefined);
  const context = new Context(run, 0, 1);
  const views = new Views(plan.template, plan.ancestry, []);
  const result = new Result(run, run.id);
  return [handle, run, context, result, run.endings, new ConditionView(context), views, new LastEnds(run.kernel)];
}
