import { ANY, EXEMPT, FAILED, OPTIONAL, SETTLED, SYNC } from '../graph/edges.ts';
import type { Plan } from '../run/plan.ts';
import type { Path } from './entry.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The same as `blockers` for a run that was recovered, of which the failures are forgotten that others waited for. What succeeded or was
 * skipped is not: where a node needs that, it can be seen.
 *
 * @param place - what the paths of a body begin with
 */
export function forgottenBlockers({ paths }: Snapshot, plan: Plan, place?: string): (node: number) => readonly string[] {
  const { template } = plan;
  const { modes, inStart, ins, inKinds } = template;

  const pathAt = (node: number): Path => (place === undefined ? plan.pathAt(node) : `${place}/${plan.pathAt(node)}`);

  const wentWell = (node: number): boolean => {
    if (node >= template.workCount) return mayHaveGone(node);
    const record = paths[pathAt(node)];
    if (node >= template.stepCount) return true; // callbacks are no structure
    return record?.s === 'succeeded' || (record?.s === 'skipped' && record.cascade !== true);
  };

  const mayHaveGone = (gate: number): boolean => {
    const edges = edgesInto(gate);
    return modes[gate] === ANY || modes[gate] === SYNC ? edges.some(mayGo) : edges.every(mayGo);
  };

  const mayGo = ({ from, kind }: Edge): boolean => kind === SETTLED || kind === FAILED || kind === EXEMPT || kind === OPTIONAL || wentWell(from);

  const edgesInto = (node: number): readonly Edge[] => {
    const [start, end] = [inStart[node] as number, inStart[node + 1] as number];
    return Array.from({ length: end - start }, (_, place) => ({ from: ins[start + place] as number, kind: inKinds[start + place] as number }));
  };

  const wanting = (node: number): readonly Edge[] => edgesInto(node).filter((edge) => !mayGo(edge));

  const named = (from: number): readonly string[] => (from < template.workCount ? [`'${pathAt(from)}'`] : wanting(from).flatMap((edge) => named(edge.from)));

  return (node) => wanting(node).map(({ from }) => `now it would have to wait for ${[...new Set(named(from))].join(', ')}`);
}

interface Edge {
  readonly from: number;
  readonly kind: number;
}
