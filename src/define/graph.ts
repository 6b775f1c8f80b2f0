/** What a step is: the work of a function, which may run always, or a composite step. */
export type StepKind = 'step' | 'always' | 'waitFor' | 'signal' | 'sleep' | 'group' | 'case' | 'loop' | 'retry' | 'forEach' | 'call';

/** One step as tables and drawings show it. */
export interface GraphRow {
  /** The longest path from a step that waits for nothing, over the whole flow, or over the body that it is in; from 0. */
  readonly tier: number;
  /** The step's path: `process/step`, in a body `process/composite/step`, and in the other body of a case `process/case#otherwise/step`. */
  readonly path: string;
  /** The name of its process. */
  readonly process: string;
  /** The name of the step. */
  readonly step: string;
  /** What it is. */
  readonly kind: StepKind;
  /** Whether it is an `always` step; its dependencies then do not list all the others of its process or body. */
  readonly always: boolean;
  /** What `describe` said; empty by default. */
  readonly description: string;
  /** What `tag` said. */
  readonly tags: readonly string[];
  /** The paths of the steps it waits for, through groups, in declaration order. */
  readonly dependencies: readonly GraphDependency[];
  /** The bodies of a composite step; left out where there are none. */
  readonly scopes?: readonly GraphScope[];
  /** The name of the flow that a `call` runs; left out elsewhere. */
  readonly calls?: string;
}

/** A body of a composite step. */
export interface GraphScope {
  /** Which one: a `case` may have an `otherwise`, all others have a `body`. */
  readonly name: 'body' | 'otherwise';
  /** Its steps, in (tier, declaration) order. */
  readonly rows: readonly GraphRow[];
}

/** One step that another waits for. */
export interface GraphDependency {
  /** The path of the step that is waited for. */
  readonly path: string;
  /** How: for its success, its end, its failure, for it or others, or without being held back. */
  readonly kind: 'success' | 'settled' | 'failed' | 'any' | 'optional';
}

/** One process as drawings show it. */
export interface GraphProcess {
  /** The name of the process. */
  readonly name: string;
  /** What `describe` said; empty by default. */
  readonly description: string;
  /** The names of the processes that it is ordered after. */
  readonly after: readonly string[];
}

/** A graph as plain JSON. */
export interface GraphDocument {
  /** The name of the flow. */
  readonly flow: string;
  /** The structural fingerprint. */
  readonly fingerprint: string;
  /** What `describe` said of the flow; empty by default. */
  readonly description: string;
  /** The processes, in declaration order. */
  readonly processes: readonly GraphProcess[];
  /** The steps, in (tier, declaration) order; those of bodies are in the rows of their composite steps. */
  readonly steps: readonly GraphRow[];
}

/** The compiled, validated DAG of a flow. It never changes. */
export interface FlowGraph {
  /** The name of the flow. */
  readonly flow: string;
  /** How many steps there are, without those in bodies. */
  readonly size: number;
  /**
   * A hash of the structure: names, kinds and timings; not of functions, descriptions, retries, timeouts and limits. Equal
   * fingerprints mean that the same steps wait for one another in the same way.
   */
  readonly fingerprint: string;
  /** Returns the paths by tier, without those in bodies: a step's tier is the longest path to it. A view only; steps never wait for a tier. */
  tiers(): readonly (readonly string[])[];
  /** Returns one row for each step, in (tier, declaration) order; those of bodies are in the rows of their composite steps. */
  rows(): readonly GraphRow[];
  /**
   * Returns a Markdown table with the columns Tier, Step, Description and Dependencies, and where there are composite steps Kind.
   * The steps of a body come after their composite step: 1.0 is the first tier in the body of a step of tier 1.
   */
  toTable(): string;
  /** Returns a Mermaid flowchart. */
  toMermaid(): string;
  /** Returns a Graphviz digraph. */
  toDot(): string;
  /** Returns the graph as plain JSON. */
  toJSON(): GraphDocument;
}
