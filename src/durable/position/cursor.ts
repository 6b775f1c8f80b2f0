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
  const inside = view.inside(node, planOf);
  if (isUntouched(view, node, inside)) return ofReady(view, node);
  return inside.length === 0 ? [started(view.nameOf(node))] : inside.flatMap((inner) => cursorOf(inner, planOf));
}

/** Whether a composite step has done nothing but begin: to go-stepflow that is no event. */
function isUntouched(view: ScopeView, node: number, inside: readonly ScopeView[]): boolean {
  const kind = view.spec(node).composite?.kind;
  if (kind === 'case') return view.work(node)?.decided === undefined;
  return (kind === 'group' || kind === 'loop' || kind === 'retry') && (view.work(node)?.index ?? 1) === 1 && inside.every((inner) => inner.isFresh);
}

/** A step that could start follows the steps before it; the first one of a scope begins it. */
function ofReady(view: ScopeView, node: number): readonly string[] {
  if (view.spec(node) === undefined) return [started(view.name)]; // callbacks come before the first step
  const before = view.before(node);
  if (before.length > 0) return before.map((other) => completed(view.nameOf(other)));
  const isFirst = view.steps.every((other) => view.ready.includes(other) || !view.hasEnded(other)) && view.open.length === 0;
  return [started(isFirst ? view.nameAround(node) : view.nameOf(node))];
}
