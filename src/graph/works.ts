import type { FlowSpec, ProcessSpec } from '../define/spec.ts';
import { type Chains, chainsOfFlow, chainsOfProcess, type Work } from './chains.ts';
import { ALL, SETTLED, SUCCESS } from './edges.ts';
import type { Moments } from './moments.ts';
import { allBefore } from './process-order.ts';
import type { InEdge, Wiring } from './wiring.ts';

/** The two nodes of one unit. */
interface Pair {
  readonly before: number;
  readonly after: number;
}

/**
 * The generated nodes of a flow: where a flow or a process has callbacks or records, one before all its steps and one after
 * them. Flows that have neither get no node.
 */
export class Works {
  readonly #wiring: Wiring;
  readonly #flow: Pair | undefined = undefined;
  readonly #processes = new Map<ProcessSpec, Pair>();

  constructor(flow: FlowSpec, wiring: Wiring) {
    this.#wiring = wiring;
    if (flow.outer !== undefined) return; // a body is part of a process
    const { records } = flow.registry;
    this.#flow = this.#pair(chainsOfFlow(flow), records?.flow !== undefined, 0);
    for (const process of flow.processes) {
      const pair = this.#pair(chainsOfProcess(process), records?.process !== undefined, process.index + 1);
      if (pair !== undefined) this.#processes.set(process, pair);
    }
  }

  /** What the first steps of a process wait for, by success. */
  beginning(process: ProcessSpec): readonly InEdge[] {
    const node = (this.#processes.get(process) ?? this.#flow)?.before;
    return node === undefined ? [] : [{ from: node, kind: SUCCESS }];
  }

  /** What the processes after a process wait for, besides its steps. */
  ending(process: ProcessSpec): readonly InEdge[] {
    const node = this.#processes.get(process)?.after;
    return node === undefined ? [] : [{ from: node, kind: SUCCESS }];
  }

  /** Lets the callbacks before a process wait for the flow's, and for the processes that it is ordered after. */
  begin(process: ProcessSpec, before: readonly InEdge[]): void {
    const pair = this.#processes.get(process);
    if (pair === undefined) return;
    if (this.#flow !== undefined) this.#wiring.connect(pair.before, [{ from: this.#flow.before, kind: SUCCESS }]);
    this.#wiring.connect(pair.before, before);
  }

  /** Lets the callbacks after each process and after the flow wait until everything before them has ended, however it did. */
  end(flow: FlowSpec, moments: Moments): void {
    if (this.#flow === undefined && this.#processes.size === 0) return;
    const stepsOf = new Map(flow.processes.map((process) => [process, process.steps.length === 0 ? [] : [moments.ended(process.steps)]]));
    const ends = (process: ProcessSpec): readonly InEdge[] => {
      const pair = this.#processes.get(process);
      return [...(stepsOf.get(process) ?? []), ...(pair === undefined ? [] : [{ from: pair.after, kind: SETTLED } as const])];
    };
    for (const [process, pair] of this.#processes) {
      const others = [...allBefore(process)].filter((other) => other !== process);
      this.#wiring.connect(pair.after, [{ from: pair.before, kind: SETTLED }, ...(stepsOf.get(process) ?? []), ...others.flatMap(ends)]);
    }
    if (this.#flow !== undefined) this.#wiring.connect(this.#flow.after, [{ from: this.#flow.before, kind: SETTLED }, ...flow.processes.flatMap(ends)]);
  }

  #pair({ before, after }: Chains, recorded: boolean, region: number): Pair | undefined {
    if (before.length === 0 && after.length === 0 && !recorded) return undefined;
    return { before: this.#add({ region, end: 'before', chain: before }), after: this.#add({ region, end: 'after', chain: after }) };
  }

  #add(work: Work): number {
    const node = this.#wiring.addGate(ALL, []);
    this.#wiring.works.set(node, work);
    return node;
  }
}
