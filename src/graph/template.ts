import type { AnyStepFunction } from '../define/refs.ts';
import type { Retry } from '../define/retry-policy.ts';
import type { CompositeSpec, StepSpec } from '../define/spec.ts';
import type { Chains, Work } from './chains.ts';

/** What the kernel and its shell know of one step. */
export interface TemplateStep {
  /** `process/step`; inside of a body the name alone. */
  readonly path: string;
  readonly process: string;
  readonly name: string;
  readonly region: number;
  readonly tier: number;
  readonly always: boolean;
  readonly retry: Retry | undefined;
  readonly timeoutMs: number | undefined;
  readonly description: string;
  readonly tags: readonly string[];
  /** How many of the edges into it its own timings made. */
  readonly ownEdges: number;
  readonly spec: StepSpec;
}

/** A part of the flow with rules of its own: 0 is the flow, the others are its processes. */
export interface Region {
  readonly name: string;
  /** How many of its steps may be at work at once; `Infinity` for no limit. */
  readonly limit: number;
  readonly timeoutMs: number | undefined;
  /** How many nodes with work belong to it: its steps, and those that were generated for its callbacks. */
  readonly workCount: number;
}

/** A node that stands for the callbacks before or after a process or the flow. */
export interface TemplateWork extends Work {
  /** `fulfil/@before`, or `@before` for the flow. */
  readonly path: string;
  /** The node of the callbacks before the same unit. */
  readonly before: number;
}

/** The arrays of a run that has done nothing yet. */
export interface Blanks {
  /** The nodes with work that wait for nothing, then room for the others. */
  readonly queue: readonly number[];
  /** Room for a value of each node with work. */
  readonly values: readonly undefined[];
  /** How many nodes with work each region has. */
  readonly left: readonly number[];
  readonly history: readonly number[];
}

/**
 * A flow as arrays: what the kernel runs. Nodes are numbered by (tier, declaration) for steps, so that the order of numbers
 * is the order of starts, followed by the generated nodes of callbacks and by gates. Edges are in compressed rows: the edges of node n are at `start[n]` to
 * `start[n + 1]`.
 */
export interface Template {
  readonly flow: string;
  /** How many of the nodes are steps. */
  readonly stepCount: number;
  /** How many have work to do: the steps, then the generated nodes of callbacks. The others are gates. */
  readonly workCount: number;
  readonly size: number;
  readonly steps: readonly TemplateStep[];
  /** The generated nodes, from `stepCount` on. */
  readonly works: readonly TemplateWork[];
  /** The callbacks around each step, where a step of the flow has any or is recorded. */
  readonly chains: readonly Chains[] | undefined;
  /** The work of each step, apart from `steps` because the hot loop needs nothing else. */
  readonly bodies: readonly (AnyStepFunction | undefined)[];
  /** What each step does that is more than a function, where there is one. */
  readonly composites: readonly (CompositeSpec | undefined)[] | undefined;
  /** 1 for steps that do nothing but wait, where there is one. */
  readonly waits: Uint8Array | undefined;
  readonly regions: readonly Region[];
  /** The region of each node with work. */
  readonly regionOf: Int32Array;
  readonly modes: Uint8Array;
  /** 1 for nodes that a stop does not hold back. */
  readonly always: Uint8Array;
  /** The cells that a run starts with; see `run/kernel/cells.ts`. */
  readonly initial: readonly number[];
  /** How many nodes with work wait for nothing. */
  readonly rootCount: number;
  /** What a run copies for its own use, because copying an array is several times quicker than making one. */
  readonly blanks: Blanks;
  /** The edges out of each node that hold back another one, by ascending target. */
  readonly outStart: Int32Array;
  readonly outs: Int32Array;
  readonly outKinds: Uint8Array;
  /** The edges into each node, optional ones too, in the order they were declared. */
  readonly inStart: Int32Array;
  readonly ins: Int32Array;
  readonly inKinds: Uint8Array;
  /** Whether every edge needs success and no gate takes the first of several: nothing is skipped as a branch but after a skip with dependents. */
  readonly plain: boolean;
  /** Whether a step can start before all its ancestors have ended. */
  readonly overlapping: boolean;
  /** Whether some step has a retry policy or a timeout, or some region a timeout. */
  readonly policed: boolean;
  /** Whether some step has conditions. */
  readonly conditional: Uint8Array | undefined;
  /** For each step that is an exception, the steps that except it from what they skip. */
  readonly exceptions: ReadonlyMap<number, ReadonlySet<number>> | undefined;
  /** Whether some region has a limit. */
  readonly limited: boolean;
  /** The node of each `StepSpec.index`. */
  readonly nodeOf: Int32Array;
}

