import { FlowError } from '../errors.ts';
import type { FlowSpec } from '../define/spec.ts';
import { ALL, type EdgeKind, type Mode, SUCCESS } from './edges.ts';
import type { Work } from './chains.ts';

/** One way into a node. */
export interface InEdge {
  readonly from: number;
  readonly kind: EdgeKind;
}

/** Stands for an edge that was refused with an issue. */
export const NOWHERE: InEdge = { from: -1, kind: SUCCESS };

/**
 * The nodes and edges of a flow in the order of declaration: first the steps, by `StepSpec.index`, then the gates, which are
 * moments without work (groups, `anyOf`, ends of processes).
 */
export class Wiring {
  readonly stepCount: number;
  readonly modes: Mode[];
  readonly ins: InEdge[][];
  /** How many of the edges into each step its own timings made; those after them stand for its kind or its process. */
  readonly own: number[] = [];
  /** The nodes after the steps that have work to do. */
  readonly works: Map<number, Work> = new Map();

  constructor(flow: FlowSpec) {
    this.stepCount = flow.stepCount;
    this.modes = new Array<Mode>(flow.stepCount).fill(ALL);
    this.ins = Array.from({ length: flow.stepCount }, () => []);
  }

  get size(): number {
    return this.ins.length;
  }

  addGate(mode: Mode, edges: readonly InEdge[]): number {
    const gate = this.ins.length;
    this.modes.push(mode);
    this.ins.push([]);
    this.connect(gate, edges);
    return gate;
  }

  /** Adds edges into a node; the same edge twice is one. */
  connect(to: number, edges: readonly InEdge[]): void {
    const own = this.edgesInto(to);
    const known = own.length + edges.length > 16 ? new Set(own.map(codeOf)) : undefined;
    for (const edge of edges) {
      if (edge === NOWHERE) continue;
      if (known === undefined) {
        if (own.some((other) => other.from === edge.from && other.kind === edge.kind)) continue;
      } else {
        const code = codeOf(edge);
        if (known.has(code)) continue;
        known.add(code);
      }
      own.push(edge);
    }
  }

  edgesInto(node: number): InEdge[] {
    const edges = this.ins[node];
    if (edges === undefined) throw new FlowError('internal', `internal error: there is no node ${node}; please report it`);
    return edges;
  }
}

function codeOf(edge: InEdge): number {
  return edge.from * 8 + edge.kind;
}
