import type { Template } from './template.ts';

/** The path of a node with work: a step's, or that of a generated node, which holds an `@`. */
export function pathOf({ steps, works, stepCount }: Template, node: number): string {
  return (steps[node] ?? works[node - stepCount])?.path ?? '';
}
