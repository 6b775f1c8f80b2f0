import type { PossibleNext } from '../../define/apply.ts';
import type { StepSpec } from '../../define/spec.ts';
import type { Plan } from '../../run/plan.ts';
import type { ScopeView } from './scope-view.ts';
import { completed, nameOfBody, started } from './words.ts';

/**
 * The ways in which what is next can end.
 *
 * @param retries - the names of the retries around it, the innermost last
 */
export function nextOf(view: ScopeView, planOf: (of: StepSpec) => Plan, retries: readonly string[] = []): readonly PossibleNext[] {
  const nodes = [...view.open, ...view.ready].filter((node) => node < view.plan.template.stepCount);
  return nodes.flatMap((node) => nextOfStep(view, node, planOf, retries));
}

function nextOfStep(view: ScopeView, node: number, planOf: (of: StepSpec) => Plan, retries: readonly string[]): readonly PossibleNext[] {
  const step = view.spec(node);
  const name = view.nameOf(node);
  const path = view.path(node);
  const from = started(name);
  const ways = (...given: readonly (readonly [from: string, to: string, reason: string])[]): readonly PossibleNext[] => [
    ...given.map(([begin, to, reason]) => ({ path, from: begin, to, reason })),
    ...retries.slice(-1).map((retry) => ({ path, from: given[0]?.[0] ?? from, to: started(retry), reason: 'retry' })),
  ];
  const { composite } = step;
  if (composite === undefined) return ways([from, completed(name), 'completed']);
  switch (composite.kind) {
    case 'waitFor':
      return ways([from, completed(name), 'WaitFor condition is met'], [from, from, 'WaitFor condition is not met']);
    case 'signal':
      return ways([from, completed(name), 'signal is received'], [from, from, 'signal is not received']);
    case 'sleep':
      return ways([from, completed(name), 'time has passed'], [from, from, 'time has not passed']);
    case 'case':
      if (view.work(node)?.decided === undefined) {
        const otherwise = composite.otherwise === undefined ? completed(name) : started(nameOfBody(step, name, composite.otherwise));
        return ways([from, started(nameOfBody(step, name, composite.body)), 'Case condition is met'], [from, otherwise, 'Case condition is not met']);
      }
      return inside(view, node, planOf, retries);
    case 'loop': {
      const body = nameOfBody(step, name, composite.body);
      if (view.inside(node, planOf).some((inner) => inner.isOver)) {
        return ways([completed(body), completed(name), 'LoopUntil condition is met'], [completed(body), started(body), 'LoopUntil condition is not met']);
      }
      return inside(view, node, planOf, retries);
    }
    case 'retry':
      return inside(view, node, planOf, [...retries, name]);
    case 'group':
      return inside(view, node, planOf, retries);
    case 'forEach': {
      const items = inside(view, node, planOf, retries);
      const isFull = view.inside(node, planOf).length >= (composite.concurrency ?? 1);
      return view.work(node)?.isExpanded === true || isFull ? items : [...items, ...ways([from, from, 'items are listed'])];
    }
    case 'call':
      return view.work(node)?.decided === undefined ? ways([from, from, 'input is made']) : inside(view, node, planOf, retries);
    default:
      return composite satisfies never;
  }
}

/** What is next in the bodies of a step; an empty one just ends. */
function inside(view: ScopeView, node: number, planOf: (of: StepSpec) => Plan, retries: readonly string[]): readonly PossibleNext[] {
  const name = view.nameOf(node);
  return view.inside(node, planOf).flatMap((inner) =>
    inner.isOver ? [{ path: view.path(node), from: started(name), to: completed(name), reason: 'static' }] : nextOf(inner, planOf, retries),
  );
}
