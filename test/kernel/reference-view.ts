import type { ReferenceKernel } from './reference-kernel.ts';
import { isFinal } from './reference-node.ts';

/** How the run (0) or a process ended, from its contents (R5). */
export function statusIn({ nodes, latches }: ReferenceKernel, region: number): 'failed' | 'stopped' | 'cancelled' | 'succeeded' {
  const own = nodes.filter((node) => node.step && (region === 0 || node.region === region));
  const timedOut = [...latches].some(([latched, { why }]) => why === 'timeout' && (region === 0 || latched === region));
  if (timedOut || own.some(({ standing }) => standing === 'failed')) return 'failed';
  return (['stopped', 'cancelled'] as const).find((word) => own.some(({ standing }) => standing === word)) ?? 'succeeded';
}

/** The steps before a step, over edges of any kind. */
export function ancestorsIn({ template }: ReferenceKernel, step: number): readonly number[] {
  const found = new Set([step]);
  for (const node of found) {
    for (let slot = template.inStart[node]!; slot < template.inStart[node + 1]!; slot++) found.add(template.ins[slot]!);
  }
  return [...found].filter((node) => node !== step && node < template.stepCount);
}

/** Whether an ancestor had its outcome when a step first started. */
export function endedBefore({ log }: ReferenceKernel, ancestor: number, step: number): boolean {
  const end = log.findIndex((entry) => entry === `ended ${ancestor}` || entry === `passed ${ancestor}`);
  return end < log.indexOf(`started ${step}`);
}

/** When the next timer is due that will have an effect: one of an earlier attempt has none. */
export function nextLiveTimer({ timers, nodes }: ReferenceKernel): number {
  const live = timers.filter(({ timer }) => {
    if (timer.kind === 'region') return true;
    const node = nodes[timer.node]!;
    return timer.attempt === node.attempt && !isFinal(node);
  });
  return live.reduce((first, entry) => Math.min(first, entry.at), Infinity);
}
