import type { Records } from '../define/records.ts';
import type { BodySpec, FlowSpec } from '../define/spec.ts';
import { Ancestry } from '../graph/ancestry.ts';
import type { Compiled } from '../graph/compile.ts';
import { Lookup } from '../graph/lookup.ts';
import { CompiledGraph } from '../graph/flow-graph.ts';
import { dependenciesOf } from '../graph/dependencies.ts';
import { type MemberNode, membersOf } from '../graph/members.ts';
import { pathOf } from '../graph/path-of.ts';
import type { Restrictions } from '../graph/restrictions.ts';
import type { Template } from '../graph/template.ts';
import type { RunSettings } from './run-settings.ts';

/** A frozen definition, ready to run: what all runs of it share. */
export class Plan {
  readonly flow: FlowSpec;
  readonly compiled: Compiled;
  readonly template: Template;
  readonly restricted: Restrictions | undefined;
  readonly lookup: Lookup;
  readonly ancestry: Ancestry;
  /** Where the registry wants records to go. */
  readonly records: Records | undefined;
  /** The version of the registry that it was made from. */
  readonly version: number;
  /** Whether there are callbacks, conditions, records or composite steps. */
  readonly accompanied: boolean;
  /** The settings of its runs that are given no options. */
  settings: RunSettings | undefined = undefined;
  readonly #bodies = new Map<BodySpec, Plan>();
  #fingerprint: string | undefined = undefined;
  #nodes: Map<string, number> | undefined = undefined;
  readonly #dependencies: (readonly string[] | undefined)[] = [];
  readonly #members: (ReadonlyMap<number, MemberNode> | undefined)[] = [];

  constructor(compiled: Compiled, flow: FlowSpec) {
    this.flow = flow;
    const { records, version } = flow.registry;
    this.compiled = compiled;
    this.template = compiled.template;
    this.records = records;
    this.version = version;
    const { conditional, chains, works, composites } = this.template;
    this.accompanied = records !== undefined || conditional !== undefined || chains !== undefined || works.length > 0 || composites !== undefined;
    this.restricted = compiled.restricted;
    this.lookup = new Lookup(this.template);
    this.ancestry = new Ancestry(this.template);
  }

  /** The structural fingerprint of the definition. */
  get fingerprint(): string {
    return (this.#fingerprint ??= new CompiledGraph(this.flow, this.compiled).fingerprint);
  }

  /** The node with work at a path. */
  nodeAt(path: string): number | undefined {
    if (this.#nodes === undefined) {
      this.#nodes = new Map();
      for (let node = 0; node < this.template.workCount; node++) this.#nodes.set(pathOf(this.template, node), node);
    }
    return this.#nodes.get(path);
  }

  pathAt(node: number): string {
    return pathOf(this.template, node);
  }

  /** The plan of the body of one of its composite steps. */
  ofBody(body: BodySpec): Plan {
    const known = this.#bodies.get(body);
    if (known !== undefined) return known;
    const plan = new Plan(this.compiled.bodies.get(body) as Compiled, body.flow); // all bodies are compiled with their flow
    this.#bodies.set(body, plan);
    return plan;
  }

  /** The names of the steps that a step's own timings name. */
  dependencies(node: number): readonly string[] {
    return (this.#dependencies[node] ??= dependenciesOf(this.template, node));
  }

  /** The steps whose results a step may read by name; worked out when it is first asked for. */
  members(node: number): ReadonlyMap<number, MemberNode> {
    return (this.#members[node] ??= membersOf(this.template, node));
  }
}
