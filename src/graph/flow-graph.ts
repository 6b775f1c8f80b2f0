import type { FlowGraph, GraphDependency, GraphDocument, GraphRow } from '../define/graph.ts';
import type { FlowSpec } from '../define/spec.ts';
import type { Compiled } from './compile.ts';
import { ANY, FAILED, OPTIONAL, SETTLED } from './edges.ts';
import { fingerprint } from './fingerprint.ts';
import { dotOf } from './render/dot.ts';
import { mermaidOf } from './render/mermaid.ts';
import { tableOf } from './render/table.ts';

/** What stands behind `FlowGraph`: reads the DAG, through its gates. */
export class CompiledGraph implements FlowGraph {
  readonly flow: string;
  readonly size: number;
  readonly #description: string;
  readonly #processes: GraphDocument['processes'];
  readonly #compiled: Compiled;
  #rows: readonly GraphRow[] | undefined;
  #fingerprint: string | undefined;

  constructor(spec: FlowSpec, compiled: Compiled) {
    this.flow = spec.name;
    this.#description = spec.description;
    this.size = compiled.template.stepCount;
    this.#processes = spec.processes.map(({ name, description, after }) => ({ name, description, after: after.map((other) => other.name) }));
    this.#compiled = compiled;
  }

  get fingerprint(): string {
    return (this.#fingerprint ??= fingerprint(this.#processes, this.#compiled));
  }

  tiers(): readonly (readonly string[])[] {
    const tiers: string[][] = [];
    for (const { tier, path } of this.#compiled.template.steps) (tiers[tier] ??= []).push(path);
    return tiers;
  }

  rows(): readonly GraphRow[] {
    return (this.#rows ??= Object.freeze(this.#compiled.template.steps.map((step, node) =>
      Object.freeze({
        tier: step.tier,
        path: step.path,
        process: step.process,
        step: step.name,
        always: step.always,
        description: step.description,
        tags: Object.freeze([...step.tags]),
        dependencies: Object.freeze(this.#dependencies(node)),
      }),
    )));
  }

  toTable(): string {
    return tableOf(this.toJSON());
  }

  toMermaid(): string {
    return mermaidOf(this.toJSON());
  }

  toDot(): string {
    return dotOf(this.toJSON());
  }

  toJSON(): GraphDocument {
    return { flow: this.flow, fingerprint: this.fingerprint, description: this.#description, processes: this.#processes, steps: this.rows() };
  }

  /** The steps that the timings of a step name. What its process is ordered after belongs to the process, and "all others" to its kind. */
  #dependencies(node: number): readonly GraphDependency[] {
    const { steps } = this.#compiled.template;
    const found = new Map<string, GraphDependency>();
    const own = steps[node];
    const visit = (into: number, outer: GraphDependency['kind'] | undefined): void => {
      const gate = this.#compiled.dag.node(into);
      const edges = this.#compiled.dag.edgesInto(into);
      for (const edge of into === node ? edges.slice(0, own?.ownEdges) : edges) {
        const inner = 'gate' in gate && gate.gate === ANY && edge.kind !== FAILED ? 'any' : wordOf(edge.kind);
        const kind = outer === undefined || outer === 'success' ? inner : outer;
        const from = steps[edge.from];
        if (from === undefined) visit(edge.from, kind);
        else found.set(`${from.path}:${kind}`, { path: from.path, kind });
      }
    };
    visit(node, undefined);
    return [...found.values()];
  }
}

function wordOf(kind: number): GraphDependency['kind'] {
  if (kind === SETTLED) return 'settled';
  if (kind === FAILED) return 'failed';
  return kind === OPTIONAL ? 'optional' : 'success';
}
