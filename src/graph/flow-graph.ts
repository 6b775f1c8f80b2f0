import type { FlowGraph, GraphDocument, GraphRow } from '../define/graph.ts';
import type { FlowSpec } from '../define/spec.ts';
import type { Compiled } from './compile.ts';
import { fingerprint } from './fingerprint.ts';
import { dotOf } from './render/dot.ts';
import { mermaidOf } from './render/mermaid.ts';
import { tableOf } from './render/table.ts';
import { rowsOf } from './rows.ts';

/** What stands behind `FlowGraph`: draws what was compiled. */
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
    return (this.#rows ??= rowsOf(this.#compiled));
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
}
