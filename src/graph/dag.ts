import { Graph } from '@dagrejs/graphlib';
import { FlowError } from '../errors.ts';
import type { EdgeKind, Mode } from './edges.ts';

/** What the DAG knows of a node: the path of a step, or how a gate joins its edges. */
export type DagNode = { readonly path: string } | { readonly gate: Mode };

/** One edge into a node. */
export interface DagEdge {
  readonly from: number;
  readonly kind: EdgeKind;
}

/**
 * The DAG of a flow, held by graphlib. This is the only module that imports it. graphlib keeps nodes in plain objects, so
 * every id gets a prefix (`constructor` and `10` would not survive), and its recursive algorithms are never called
 * (they overflow on chains of 5,000).
 */
export class Dag {
  readonly #graph = new Graph<undefined, DagNode, EdgeKind>({ multigraph: true });
  readonly #ids: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** Adds the next node; nodes are numbered from 0 in the order of these calls. */
  add(node: DagNode): void {
    const number = this.#ids.length;
    const id = 'path' in node ? `:${node.path}` : `@${number}`;
    this.#ids.push(id);
    this.#numbers.set(id, number);
    this.#graph.setNode(id, node);
  }

  /** Lets `to` wait for `from`; both ways of waiting are kept when there are two. */
  connect(from: number, to: number, kind: EdgeKind): void {
    const [source, target] = [this.#id(from), this.#id(to)];
    if (kind === 0) this.#graph.setEdge(source, target, kind);
    else this.#graph.setEdge(source, target, kind, String(kind));
  }

  /** Returns the node of a number. */
  node(number: number): DagNode {
    return this.#graph.node(this.#id(number));
  }

  /** Returns the edges into a node, in the order they were added. */
  edgesInto(number: number): readonly DagEdge[] {
    return (this.#graph.inEdges(this.#id(number)) ?? []).map((edge) => ({
      from: this.#numbers.get(edge.v) as number, // every node was added here
      kind: this.#graph.edge(edge),
    }));
  }

  #id(number: number): string {
    const id = this.#ids[number];
    if (id === undefined) throw new FlowError('internal', `internal error: the graph has no node ${number}; please report it`);
    return id;
  }
}
