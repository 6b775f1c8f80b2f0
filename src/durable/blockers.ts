import { EXEMPT, OPTIONAL } from '../graph/edges.ts';
import type { Template } from '../graph/template.ts';
import { FIRST_OUTCOME } from '../run/kernel/cells.ts';
import type { Kernel } from '../run/kernel/kernel.ts';
import { BRANCH, GO, verdictOf } from '../run/kernel/verdicts.ts';

/** Returns, for each edge into a node that has not said "go", why: for the end of a sentence about the node. */
export function blockers(kernel: Kernel, template: Template): (node: number) => readonly string[] {
  return (node) => blocking(kernel, template, node).map((from) => sentence(kernel, template, from));
}

function blocking(kernel: Kernel, { inStart, ins, inKinds }: Template, node: number): readonly number[] {
  const found: number[] = [];
  for (let slot = inStart[node] as number; slot < (inStart[node + 1] as number); slot++) {
    const from = ins[slot] as number;
    const kind = inKinds[slot] as number;
    if (kind !== OPTIONAL && !isOver(kernel, kind, from)) found.push(from);
  }
  return found;
}

/** Whether an edge said "go". What an exempt one said when its source was passed over is not known any more; it may have. */
function isOver(kernel: Kernel, kind: number, from: number): boolean {
  const state = kernel.state(from);
  if (state < FIRST_OUTCOME) return false;
  const verdict = verdictOf(kind, state);
  return verdict === GO || (kind === EXEMPT && verdict === BRANCH);
}

function sentence(kernel: Kernel, template: Template, from: number): string {
  const isOpen = kernel.state(from) < FIRST_OUTCOME;
  const named = new Set<string>();
  collect(kernel, template, from, isOpen, named);
  const paths = [...named].map((path) => `'${path}'`).join(', ');
  return isOpen ? `now it would have to wait for ${paths}` : `now it would not start after what became of ${paths}`;
}

/** The steps behind a gate; with `open` those alone that have not ended. */
function collect(kernel: Kernel, template: Template, from: number, open: boolean, into: Set<string>): void {
  if (open && kernel.state(from) >= FIRST_OUTCOME) return;
  if (from < template.workCount) {
    into.add(kernel.pathAt(from));
    return;
  }
  const { inStart, ins } = template;
  for (let slot = inStart[from] as number; slot < (inStart[from + 1] as number); slot++) collect(kernel, template, ins[slot] as number, open, into);
}
