import { ANY, EXEMPT, FAILED, SUCCESS } from './edges.ts';
import type { Template } from './template.ts';

/** One step that another waits for, through however many gates. */
export interface MemberNode {
  readonly node: number;
  /** Whether the reader may run although this one has no result. */
  readonly weak: boolean;
}

/** The steps of its own process that a step waits for and may have results, in declaration order; a strong one hides a weak one. */
export function membersOf(template: Template, reader: number): ReadonlyMap<number, MemberNode> {
  const members = new Map<number, MemberNode>();
  collect(template, reader, template.regionOf[reader] as number, false, members);
  return members;
}

function collect(template: Template, into: number, region: number, weak: boolean, members: Map<number, MemberNode>): void {
  const end = template.inStart[into + 1] as number;
  for (let slot = template.inStart[into] as number; slot < end; slot++) {
    const node = template.ins[slot] as number;
    const kind = template.inKinds[slot] as number;
    if (kind === FAILED) continue;
    const weaker = weak || (kind !== SUCCESS && kind !== EXEMPT) || template.modes[into] === ANY;
    if (node >= template.stepCount) collect(template, node, region, weaker, members);
    else if (template.regionOf[node] === region && (!weaker || !members.has(node))) members.set(node, { node, weak: weaker });
  }
}
