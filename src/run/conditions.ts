import type { Condition, ConditionGroups } from '../define/condition.ts';
import { shown } from '../define/shown.ts';
import { FlowError } from '../errors.ts';
import { compares } from './comparators.ts';
import { ConditionView } from './condition-view.ts';
import { Context, type ContextRun } from './context.ts';
import { isThenable } from './thenable.ts';
import { errorOf } from './thrown.ts';

/** The run as conditions see it. */
export interface ConditionalRun extends ContextRun {
  /** Reports what a condition threw. */
  problem(stage: 'condition', thrown: unknown, path: string): void;
}

/**
 * Whether a step that was taken may start: asks its conditions. If not, the step has its outcome when this returns, and its
 * slot is free again.
 */
export function mayStart(run: ConditionalRun, node: number): boolean {
  const { spec } = run.step(node);
  const { conditions, mergedConditions } = spec;
  if (conditions === undefined && mergedConditions.length === 0) return true;
  const view = new ConditionView(new Context(run, node, 1));
  let firstError: Error | undefined;
  const wrong = (thrown: unknown): void => {
    const error = errorOf(thrown);
    firstError ??= error;
    run.problem('condition', error, run.kernel.pathAt(node));
  };
  const isOn = (conditions === undefined || isMet(conditions, view, wrong)) && mergedConditions.every((groups) => isMet(groups, view, wrong));
  if (isOn && !run.kernel.isClosed(node)) return true;
  run.around.slots?.release();
  if (isOn) {
    run.kernel.stopped(node, false); // a predicate closed the region
  } else {
    run.kernel.values[node] = firstError;
    run.kernel.skip(node, spec.cascade !== undefined);
  }
  return false;
}

/** Whether all conditions of one group are true. What one of them throws is told to `wrong`, and that one is false. */
export function isMet(groups: ConditionGroups, view: ConditionView, wrong: (thrown: unknown) => void): boolean {
  return groups.some((group) => group.every((condition) => isTrue(condition, view, wrong)));
}

function isTrue(condition: Condition, view: ConditionView, wrong: (thrown: unknown) => void): boolean {
  try {
    if (condition.kind !== 'when') return compares(condition.kind, view.get(condition.key), condition.expected);
    const answer: unknown = condition.predicate(view as never); // the definition typed it for this step
    if (typeof answer === 'boolean') return answer;
    if (isThenable(answer)) Promise.resolve(answer).catch(wrong);
    throw new FlowError('invalid-condition', `a condition of step '${view.path}' returned ${isThenable(answer) ? 'a promise' : shown(answer)}; return true or false at once`);
  } catch (thrown) {
    wrong(thrown);
    return false;
  }
}
