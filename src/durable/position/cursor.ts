import type { StepSpec } from '../../define/spec.ts';
import type { Plan } from '../../run/plan.ts';
import type { ScopeView } from './scope-view.ts';
import { completed, started } from './words.ts';

/** Where a run stands: what ended last, or is at work, as events of go-stepflow. */
export function cursorOf(view: ScopeView, planOf: (of: StepSpec) => Plan): readonly string[] {
  if (view.isOver) return [completed(view.name)];
  const events = [...view.open.flatMap((node) => ofOpen(view, node, planOf)), ...view.ready.flatMap((node) => ofReady(view, node))];
  return [...new Set(events)];
}

function ofOpen(view: ScopeView, node: number, planOf: (of: StepSpec) => Plan): readonly string[] {
  if (isUntouched(view, node, planOf)) return ofReady(view, node);
  const inside = view.inside(node, planOf);
  return inside.length === 0 ? [started(view.nameOf(node))] : inside.flatMap((inner) => cursorOf(inner, planOf));
}

/** Whether a composite step has done nothing but begin: to go-stepflow that is no event. */
function isUntouched(view: ScopeView, node: number, planOf: (of: StepSpec) => Plan): boolean {
  const { composite } = view.spec(node);
  const work = view.work(node);
  if (composite === undefined) return false;
  switch (composite.kind) {
    case 'case':
    case 'call':
      return work?.decided === undefined;
    case 'waitFor':
      return work?.until === undefined;
    case 'forEach':
      return (work?.keys ?? []).length === 0;
    case 'group':
    case 'loop':
    case 'retry':
      return (work?.index ?? 1) === 1 && view.inside(node, planOf).every((inner) => isFresh(inner, planOf));
    case 'signal':
    case 'sleep':
      return false; // to begin is all that they do
    default:
      return composite satisfies never;
  }
}

/** Whether nothing has happened in a scope that has something to do. */
function isFresh(inner: ScopeView, planOf: (of: StepSpec) => Plan): boolean {
  return !inner.isOver && inner.hasNotEnded && inner.open.every((node) => isUntouched(inner, node, planOf));
}

/** A step that could start follows the steps before it; the first one of a process or a body begins it. */
function ofReady(view: ScopeView, node: number): readonly string[] {
  if (view.spec(node) === undefined) return [started(view.name)]; // callbacks come before the first step
  const before = view.before(node);
  if (before.length > 0) return before.map((other) => completed(view.nameOf(other)));
  const isFirst = view.around(node).every((other) => other === node || !(view.hasEnded(other) || view.open.includes(other)));
  return [started(isFirst ? view.nameAround(node) : view.nameOf(node))];
}
