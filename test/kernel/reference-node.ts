import { edgeWords, modeWords } from '../../src/graph/edges.ts';
import type { Template } from '../../src/graph/template.ts';

/** Where a node stands: the last seven are outcomes (R1). */
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
  | 'stopped'
  | 'passed-on';

type Outcome = Exclude<Standing, 'waiting' | 'ready' | 'running' | 'expired' | 'aborted' | 'parked'>;

/** One way of waiting for another node. */
interface RefEdge {
  readonly from: RefNode;
  readonly kind: 'success' | 'settled' | 'failed' | 'exempt';
}

/** A step or a gate. */
export interface RefNode {
  readonly number: number;
  readonly step: boolean;
  readonly region: number;
  readonly always: boolean;
  readonly mode: 'all' | 'sync' | 'any';
  readonly ins: readonly RefEdge[];
  /** The nodes that except this one from what they skip. */
  readonly exceptedBy: ReadonlySet<number>;
  standing: Standing;
  attempt: number;
  started: boolean;
  value: unknown;
}

/** Ruling R1, word by word: what each outcome brings over each kind of edge. */
const edgeTable: Record<RefEdge['kind'], Record<Outcome, 'ok' | 'branch' | 'cancel'>> = {
  success: { succeeded: 'ok', skipped: 'ok', 'not-taken': 'branch', failed: 'cancel', cancelled: 'cancel', stopped: 'cancel', 'passed-on': 'branch' },
  settled: { succeeded: 'ok', skipped: 'ok', 'not-taken': 'ok', failed: 'ok', cancelled: 'ok', stopped: 'ok', 'passed-on': 'ok' },
  failed: { succeeded: 'branch', skipped: 'branch', 'not-taken': 'branch', failed: 'ok', cancelled: 'branch', stopped: 'branch', 'passed-on': 'branch' },
  exempt: { succeeded: 'ok', skipped: 'ok', 'not-taken': 'branch', failed: 'cancel', cancelled: 'cancel', stopped: 'cancel', 'passed-on': 'branch' },
};

const outcomes: readonly Standing[] = ['succeeded', 'skipped', 'not-taken', 'failed', 'cancelled', 'stopped', 'passed-on'];

export function isFinal(node: RefNode): boolean {
  return outcomes.includes(node.standing);
}

/** What a waiting node is, given where the nodes it waits for stand (R1 to R3). */
export function conclude(node: RefNode): Standing {
  const goes: Standing = node.step ? 'ready' : 'succeeded';
  const brought = node.ins.map((edge) => (isFinal(edge.from) ? bring(edge, node) : 'open'));
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

/** What an edge brings, once its source is final. */
function bring(edge: RefEdge, to: RefNode): 'ok' | 'branch' | 'cancel' {
  const brought = edgeTable[edge.kind][edge.from.standing as Outcome];
  return brought === 'branch' && edge.kind === 'exempt' && isForgiven(edge.from, to) ? 'ok' : brought;
}

/** Whether a node would not have been passed over if the nodes that except `reader` had been skipped alone. */
function isForgiven(node: RefNode, reader: RefNode): boolean {
  if (node.standing !== 'not-taken') return node.standing === 'passed-on' && reader.exceptedBy.has(node.number);
  const branches = node.ins.filter((edge) => bring(edge, node) === 'branch');
  const isFree = ({ kind, from }: RefEdge): boolean => kind !== 'failed' && isForgiven(from, reader);
  return node.mode === 'all' ? branches.every(isFree) : branches.some(isFree);
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
    exceptedBy: template.exceptions?.get(number) ?? new Set(),
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
