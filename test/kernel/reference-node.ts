import { edgeWords, modeWords } from '../../src/graph/edges.ts';
import type { Template } from '../../src/graph/template.ts';

/** Where a node stands: the last six are outcomes (R1). */
export type Standing =
  | 'waiting'
  | 'ready'
  | 'running'
  | 'expired'
  | 'aborted'
  | 'parked'
  | 'succeeded'
  | 'skipped'
  | 'not-taken'
  | 'failed'
  | 'cancelled'
  | 'stopped';

type Outcome = Exclude<Standing, 'waiting' | 'ready' | 'running' | 'expired' | 'aborted' | 'parked'>;

/** One way of waiting for another node. */
interface RefEdge {
  readonly from: RefNode;
  readonly kind: 'success' | 'settled' | 'failed';
}

/** A step or a gate. */
export interface RefNode {
  readonly number: number;
  readonly step: boolean;
  readonly region: number;
  readonly always: boolean;
  readonly mode: 'all' | 'sync' | 'any';
  readonly ins: readonly RefEdge[];
  standing: Standing;
  attempt: number;
  started: boolean;
  value: unknown;
}

/** Ruling R1, word by word: what each outcome brings over each kind of edge. */
const edgeTable: Record<RefEdge['kind'], Record<Outcome, 'ok' | 'branch' | 'cancel'>> = {
  success: { succeeded: 'ok', skipped: 'ok', 'not-taken': 'branch', failed: 'cancel', cancelled: 'cancel', stopped: 'cancel' },
  settled: { succeeded: 'ok', skipped: 'ok', 'not-taken': 'ok', failed: 'ok', cancelled: 'ok', stopped: 'ok' },
  failed: { succeeded: 'branch', skipped: 'branch', 'not-taken': 'branch', failed: 'ok', cancelled: 'branch', stopped: 'branch' },
};

const outcomes: readonly Standing[] = ['succeeded', 'skipped', 'not-taken', 'failed', 'cancelled', 'stopped'];

export function isFinal(node: RefNode): boolean {
  return outcomes.includes(node.standing);
}

/** What a waiting node is, given where the nodes it waits for stand (R1 to R3). */
export function conclude(node: RefNode): Standing {
  const goes: Standing = node.step ? 'ready' : 'succeeded';
  const brought = node.ins.map(({ from, kind }) => (isFinal(from) ? edgeTable[kind][from.standing as Outcome] : 'open'));
  if (node.mode === 'any') {
    const first = node.ins.some(({ from, kind }, at) => brought[at] === 'ok' && (kind !== 'success' || from.standing !== 'skipped'));
    if (first) return goes;
    if (brought.includes('open')) return 'waiting';
    return brought.includes('ok') ? goes : brought.includes('cancel') ? 'cancelled' : 'not-taken';
  }
  if (brought.includes('cancel')) return 'cancelled';
  if (brought.includes('open')) return 'waiting';
  const notTaken = node.mode === 'sync' ? !brought.includes('ok') : brought.includes('branch');
  return notTaken ? 'not-taken' : goes;
}

/** Makes objects of a template's arrays. */
export function nodesOf(template: Template): readonly RefNode[] {
  const nodes = Array.from({ length: template.size }, (_, number): RefNode & { readonly ins: RefEdge[] } => ({
    number,
    step: number < template.stepCount,
    region: template.steps[number]?.region ?? 0,
    always: template.steps[number]?.always === true,
    mode: modeWords[template.modes[number]!]!,
    ins: [],
    standing: 'waiting' as const,
    attempt: 1,
    started: false,
    value: undefined,
  }));
  for (const node of nodes) {
    for (let slot = template.inStart[node.number]!; slot < template.inStart[node.number + 1]!; slot++) {
      const kind = edgeWords[template.inKinds[slot]!]!;
      if (kind !== 'optional') node.ins.push({ from: nodes[template.ins[slot]!]!, kind });
    }
  }
  return nodes;
}
