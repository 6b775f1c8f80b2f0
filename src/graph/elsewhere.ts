import { Handle } from '../define/handle.ts';
import { type ProcessSpec, type StepSpec, titleOf } from '../define/spec.ts';
import { Token } from '../define/token.ts';
import { allSteps } from '../define/bodies.ts';

/** Where a step is, seen from another scope; `own` and `its` are the composite steps of the scope that both are in. */
export type Elsewhere =
  | { readonly kind: 'outside'; readonly own: string }
  | { readonly kind: 'inside'; readonly its: string }
  | { readonly kind: 'beside'; readonly own: string; readonly its: string }
  | { readonly kind: 'process' | 'flow' };

/** Says where a step is, seen from a scope that it is not registered in. */
export function elsewhere(step: StepSpec, from: ProcessSpec): Elsewhere {
  const theirs = new Map(withSteps(step.process));
  const common = withSteps(from).find(([scope]) => theirs.has(scope));
  if (common === undefined) return { kind: rootOf(step.process) === rootOf(from) ? 'process' : 'flow' };
  const own = common[1];
  const its = theirs.get(common[0]);
  if (own === undefined) return { kind: 'inside', its: its ?? '' };
  return its === undefined ? { kind: 'outside', own } : { kind: 'beside', own, its };
}

/** Finds the step that a ref means in another scope of the flow: the nearest enclosing one, a body, or another process. */
export function findElsewhere(ref: unknown, from: ProcessSpec): StepSpec | undefined {
  if (ref instanceof Handle) return ref.spec.process === from ? undefined : ref.spec;
  const isMeant = meaning(ref);
  for (const [scope] of withSteps(from).slice(1)) {
    const found = scope.steps.find(isMeant);
    if (found !== undefined) return found;
  }
  const home = from.home ?? from;
  for (const scope of [from, home, ...home.flow.processes.filter((other) => other !== home)]) {
    const found = (scope === from ? allSteps(scope).filter(({ process }) => process !== from) : allSteps(scope)).find(isMeant);
    if (found !== undefined && found.process !== from) return found;
  }
  return undefined;
}

/** Where a step is, as messages say it after `which is`, if it is in the same process. */
export function whereIs(step: StepSpec, from: ProcessSpec): string | undefined {
  const there = elsewhere(step, from);
  switch (there.kind) {
    case 'outside':
      return `outside of ${titleOf(from)}`;
    case 'inside':
      return `inside of '${there.its}'`;
    case 'beside':
      return there.own === there.its ? `in ${titleOf(step.process)}` : `inside of '${there.its}'`;
    case 'process':
    case 'flow':
      return undefined;
    default:
      return there satisfies never;
  }
}

/** What to do instead of waiting for a step that is somewhere else in the same process. */
export function waitInstead(step: StepSpec, from: ProcessSpec): string | undefined {
  const there = elsewhere(step, from);
  switch (there.kind) {
    case 'outside':
      return `let '${there.own}' wait for it: .after('${step.name}')`;
    case 'inside':
      return `wait for '${there.its}' itself`;
    case 'beside':
      return there.own === there.its ? 'only one of the two runs, so wait for steps of the same one' : `let '${there.own}' wait for '${there.its}': .after('${there.its}')`;
    case 'process':
    case 'flow':
      return undefined;
    default:
      return there satisfies never;
  }
}

/** A scope and those around it, from the inside, each with the composite step through which the first one is in it. */
function withSteps(process: ProcessSpec): readonly (readonly [ProcessSpec, string | undefined])[] {
  const scopes: (readonly [ProcessSpec, string | undefined])[] = [[process, undefined]];
  for (let at = process.inside; at !== undefined; at = at.scope.inside) scopes.push([at.scope, at.step]);
  return scopes;
}

function rootOf({ flow }: ProcessSpec): ProcessSpec['flow'] {
  return flow.outer ?? flow;
}

function meaning(ref: unknown): (step: StepSpec) => boolean {
  if (typeof ref === 'string') {
    const name = ref.normalize('NFC');
    return (step) => step.name === name;
  }
  return ref instanceof Token ? ({ name, run }) => name === ref.name && run === ref.run : ({ run }) => run === ref;
}
