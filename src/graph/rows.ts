import type { GraphDependency, GraphRow, GraphScope, StepKind } from '../define/graph.ts';
import { bodiesOf } from '../define/bodies.ts';
import { type Compiled, scopesOf } from './compile.ts';
import { ANY, FAILED, OPTIONAL, SETTLED } from './edges.ts';
import type { TemplateStep } from './template.ts';

/** Makes the rows of a flow, those of bodies first, so that the depth of the nesting costs no depth of calls. */
export function rowsOf(compiled: Compiled): readonly GraphRow[] {
  const known = new Map<Compiled, readonly GraphRow[]>();
  for (const scope of scopesOf(compiled).reverse()) known.set(scope, Object.freeze(scope.template.steps.map((step, node) => rowOf(scope, step, node, known))));
  return known.get(compiled) as readonly GraphRow[];
}

/** What a step is. */
export function kindOf({ always, spec: { composite } }: TemplateStep): StepKind {
  return composite?.kind ?? (always ? 'always' : 'step');
}

function rowOf(scope: Compiled, step: TemplateStep, node: number, known: ReadonlyMap<Compiled, readonly GraphRow[]>): GraphRow {
  const { spec } = step;
  const scopes = bodiesOf(spec).map((body): GraphScope => {
    const rows = known.get(scope.bodies.get(body) as Compiled) as readonly GraphRow[]; // what is compiled has all its bodies
    return Object.freeze({ name: body.process.inside?.which ?? 'body', rows });
  });
  return Object.freeze({
    tier: step.tier,
    path: spec.path,
    process: step.process,
    step: step.name,
    kind: kindOf(step),
    always: step.always,
    description: step.description,
    tags: Object.freeze([...step.tags]),
    dependencies: Object.freeze(dependenciesOf(scope, node)),
    ...(scopes.length === 0 ? {} : { scopes: Object.freeze(scopes) }),
    ...(spec.composite?.kind === 'call' ? { calls: spec.composite.flow.name } : {}),
  });
}

/** The steps that the timings of a step name. What its process is ordered after belongs to the process, and "all others" to its kind. */
function dependenciesOf({ template, dag }: Compiled, node: number): readonly GraphDependency[] {
  const { steps } = template;
  const found = new Map<string, GraphDependency>();
  const own = steps[node];
  const visit = (into: number, outer: GraphDependency['kind'] | undefined): void => {
    const gate = dag.node(into);
    const edges = dag.edgesInto(into);
    for (const edge of into === node ? edges.slice(0, own?.ownEdges) : edges) {
      const inner = 'gate' in gate && gate.gate === ANY && edge.kind !== FAILED ? 'any' : wordOf(edge.kind);
      const kind = outer === undefined || outer === 'success' ? inner : outer;
      const from = steps[edge.from];
      if (from === undefined) visit(edge.from, kind);
      else found.set(`${from.path}:${kind}`, { path: from.spec.path, kind });
    }
  };
  visit(node, undefined);
  return [...found.values()];
}

function wordOf(kind: number): GraphDependency['kind'] {
  if (kind === SETTLED) return 'settled';
  if (kind === FAILED) return 'failed';
  return kind === OPTIONAL ? 'optional' : 'success';
}
