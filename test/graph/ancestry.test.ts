import { createFlows, optional, settled, type Process } from 'millrace';
import { describe, expect, test } from 'vitest';
import type { Handle } from '../../src/define/handle.ts';
import { Ancestry } from '../../src/graph/ancestry.ts';
import { compile } from '../../src/graph/compile.ts';
import type { Template } from '../../src/graph/template.ts';
import { seeded } from '../kernel/draw.ts';

const nothing = (): void => undefined;

/** Returns what the kernel runs, and the node of each handle. */
function compiled(handles: readonly unknown[]): { readonly template: Template; readonly nodes: readonly number[] } {
  const specs = handles.map((handle) => (handle as Handle).spec); // the class behind every handle
  const { template } = compile(specs[0]!.process.flow, { retry: undefined, timeoutMs: undefined, processTimeoutMs: undefined });
  return { template, nodes: specs.map((spec) => template.nodeOf[spec.index]!) };
}

function process(): Process<undefined> {
  return createFlows().flowWithProcess('p');
}

describe('what comes before what', () => {
  test('follows edges of every kind through gates, near and far', () => {
    const draw = seeded(7);
    const p = process();
    const handles: ReturnType<typeof p.customStep>[] = [];
    const before: Set<number>[] = [];
    for (let step = 0; step < 300; step++) {
      const from = step === 0 ? [] : Array.from({ length: 1 + draw(2) }, () => Math.max(0, step - 1 - draw(12)));
      const timings = from.map((other) => [handles[other]!, settled(handles[other]!, handles[0]!), optional(handles[other]!)][draw(3)]!);
      handles.push(p.customStep(nothing, `s${step}`, ...timings));
      before.push(new Set(from.flatMap((other) => [other, ...before[other]!])));
      if (timings.some((timing) => 'kind' in timing && timing.kind === 'settled')) before[step]!.add(0);
    }
    const { template, nodes } = compiled(handles);
    const ancestry = new Ancestry(template);
    const wrong: string[] = [];
    nodes.forEach((node, step) =>
      nodes.forEach((ancestor, other) => {
        if (ancestry.isBefore(ancestor, node) !== before[step]!.has(other)) wrong.push(`s${other} before s${step}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('stays right when there are more questions than room for sets', () => {
    const p = process();
    const handles = [p.customStep(nothing, 's0')];
    for (let step = 1; step < 24_000; step++) handles.push(p.customStep(nothing, `s${step}`, handles[step - 1]!) as (typeof handles)[number]);
    const { template, nodes } = compiled(handles);
    const ancestry = new Ancestry(template);
    const last = nodes.at(-1)!;
    for (let step = 0; step < 14_000; step++) expect(ancestry.isBefore(nodes[step]!, last)).toBe(true);
    expect([ancestry.isBefore(nodes[0]!, last), ancestry.isBefore(last, nodes[0]!), ancestry.isBefore(last, last)]).toEqual([true, false, false]);
  }, 60_000);
});
