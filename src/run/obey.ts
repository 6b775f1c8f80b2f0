import type { Gate } from './gate.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Plan } from './plan.ts';

/** A scope whose functions need a place. */
interface Obeying {
  readonly plan: Plan;
  readonly kernel: Kernel;
  /** Which time it is that its body runs, or one around it; 0 where nothing repeats. */
  readonly turn: number;
  pump(): void;
}

/** From now on a scope calls only functions that a gate has a place for; those that run again and again let others go first. */
export function obey(scope: Obeying, gate: Gate): void {
  const { kernel, plan } = scope;
  const { bodies } = plan.template;
  const admitted = new Set<number>();
  const holdsBack = (node: number): boolean => {
    if (bodies[node] === undefined || admitted.delete(node)) return false;
    if (!gate.ranks(scope.turn)) return !gate.enter();
    const go = (): void => {
      if (!kernel.isQueued(node)) return; // it was stopped meanwhile
      admitted.add(node);
      kernel.admit(node);
      scope.pump();
    };
    gate.enterAgain(scope.turn, go, () => gate.refuse());
    return true;
  };
  kernel.holdsBack = holdsBack;
}
