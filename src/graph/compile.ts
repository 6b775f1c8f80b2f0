import type { BodySpec, FlowSpec } from '../define/spec.ts';
import { type DefinitionIssue, FlowDefinitionError } from '../errors.ts';
import { bodiesOf } from '../define/bodies.ts';
import { conditionIssues } from './conditions.ts';
import { Dag } from './dag.ts';
import type { EdgeKind } from './edges.ts';
import { checkExceptions, withExceptions } from './exceptions.ts';
import { template } from './number.ts';
import { cycles, order } from './order.ts';
import { type Restrictions, restrictions } from './restrictions.ts';
import type { Settings } from './settings.ts';
import type { Template } from './template.ts';
import { wire } from './wire.ts';
import type { Wiring } from './wiring.ts';

/** A checked flow: the arrays that run it, and the DAG that draws it. Both number the nodes alike. */
export interface Compiled {
  readonly template: Template;
  readonly dag: Dag;
  /** Which steps read some keys only from one ancestor; `undefined` when none does. */
  readonly restricted: Restrictions | undefined;
  /** The bodies of its composite steps. */
  readonly bodies: ReadonlyMap<BodySpec, Compiled>;
}

/**
 * Checks a definition and turns its timings into a DAG.
 *
 * @throws FlowDefinitionError - with all problems of the definition
 */
export function compile(flow: FlowSpec, settings: Settings): Compiled {
  const issues: DefinitionIssue[] = [];
  let whole: Compiled | undefined;
  const open: OpenScope[] = [{ flow, give: (compiled) => (whole = compiled) }];
  for (let scope = open.pop(); scope !== undefined; scope = open.pop()) {
    const bodies = new Map<BodySpec, Compiled>();
    const compiled = compileScope(scope.flow, bodies, settings, issues);
    if (compiled !== undefined) scope.give(compiled);
    const inside = scope.flow.processes.flatMap(({ steps }) => steps.flatMap(bodiesOf));
    open.push(...inside.map((body) => ({ flow: body.flow, give: (made: Compiled) => bodies.set(body, made) })).reverse());
  }
  if (whole === undefined || issues.length > 0) throw new FlowDefinitionError(flow.name, issues);
  return whole;
}

/** A flow and all the bodies in it, each after the scope that it is in. */
export function scopesOf(compiled: Compiled): Compiled[] {
  const scopes = [compiled];
  for (const { bodies } of scopes) scopes.push(...bodies.values());
  return scopes;
}

/** A flow or a body that is to be compiled. A list of them lets bodies be nested to any depth. */
interface OpenScope {
  readonly flow: FlowSpec;
  readonly give: (compiled: Compiled) => void;
}

/** Compiles a flow or a body without what is inside of it; problems go into `issues`. */
function compileScope(flow: FlowSpec, bodies: ReadonlyMap<BodySpec, Compiled>, settings: Settings, issues: DefinitionIssue[]): Compiled | undefined {
  const before = issues.length;
  const wiring = wire(flow, issues);
  issues.push(...conditionIssues(flow));
  const ordered = order(wiring);
  if (ordered.sequence.length < wiring.size) issues.push(...cycleIssues(flow, wiring, ordered.sequence));
  const restricted = restrictions(flow, wiring, issues);
  const isOrdered = ordered.sequence.length === wiring.size;
  const made = isOrdered ? withExceptions(template(flow, wiring, ordered, settings), issues) : undefined;
  if (!isOrdered) checkExceptions(flow, issues);
  if (made === undefined || issues.length > before) return undefined;
  return { template: made, dag: dagOf(made), restricted: restricted?.(made.nodeOf), bodies };
}

function dagOf(made: Template): Dag {
  const dag = new Dag();
  for (let node = 0; node < made.size; node++) {
    const step = made.steps[node];
    dag.add(step === undefined ? { gate: made.modes[node] as 0 | 1 | 2 } : { path: step.path });
  }
  for (let node = 0; node < made.size; node++) {
    const end = made.inStart[node + 1] as number;
    for (let slot = made.inStart[node] as number; slot < end; slot++) dag.connect(made.ins[slot] as number, node, made.inKinds[slot] as EdgeKind);
  }
  return dag;
}

function cycleIssues(flow: FlowSpec, wiring: Wiring, placed: readonly number[]): readonly DefinitionIssue[] {
  const specs = flow.processes.flatMap((process) => process.steps);
  const byIndex = new Map(specs.map((spec) => [spec.index, spec]));
  return cycles(wiring, placed).map((cycle) => {
    const steps = cycle.flatMap((node) => byIndex.get(node) ?? []);
    const processes = new Set(steps.map((step) => step.process));
    const path = steps.map((step) => (processes.size > 1 ? step.path : step.name)).join(' → ');
    const [first] = steps;
    const todo = cycle.length === 2 ? 'a step cannot wait for itself' : 'take one of these timings away';
    return { code: 'cycle', message: `steps wait for one another: ${path}; ${todo}`, at: first?.path ?? flow.name };
  });
}
