import { insideLine } from './failures.ts';
import { CANCELLED, FAILED, NOT_TAKEN } from './kernel/cells.ts';
import type { Kernel } from './kernel/kernel.ts';
import { lineOf } from './line-of.ts';
import { causeNodes } from './outcomes.ts';

const longest = 8;

/** Returns why a step ended as it did, following the first cause: `ship: cancelled ← charge: failed: card declined`. */
export function explain(kernel: Kernel, node: number): string {
  return chain(node, (at) => line(kernel, at), (at) => causesIfPassive(kernel, at));
}

/** Returns the chain of causes that begins with a node. */
export function chain<Node>(first: Node, line: (node: Node) => string, causesOf: (node: Node) => readonly Node[]): string {
  const links = [line(first)];
  const seen = new Set([first]);
  let causes = causesOf(first);
  for (let cause = causes[0]; cause !== undefined && !seen.has(cause); cause = causes[0]) {
    seen.add(cause);
    const more = causes.length > 1 ? ` (and ${causes.length - 1} more)` : '';
    links.push(line(cause) + more);
    causes = causesOf(cause);
  }
  const shown = links.length <= longest ? links : [...links.slice(0, longest - 2), '…', ...links.slice(-1)];
  return shown.join(' ← ');
}

function causesIfPassive(kernel: Kernel, node: number): readonly number[] {
  const state = kernel.state(node);
  return state === CANCELLED || state === NOT_TAKEN ? causeNodes(kernel, node) : [];
}

function line(kernel: Kernel, node: number): string {
  const { steps, regions } = kernel.template;
  const step = steps[node];
  const name = step === undefined || regions.length > 2 ? kernel.pathAt(node) : step.name;
  const inside = kernel.state(node) === FAILED ? kernel.insides?.get(node) : undefined;
  return inside === undefined ? lineOf(name, kernel.state(node), kernel.values[node]) : insideLine(name, kernel.pathAt(node), inside);
}
