import { bodiesOf } from './bodies.ts';
import { Body } from './body.ts';
import { Handle } from './handle.ts';
import type { BodySpec, CompositeSpec, ForEachSpec, Inside, ProcessSpec, StepSpec } from './spec.ts';

/** Where the steps of a process and of its bodies are now. */
export type Places = Map<StepSpec, Handle>;

/** Copies the steps of one scope, without their bodies, into another one. Returns the copies that were not there before. */
export type CopyScope = (source: ProcessSpec, target: ProcessSpec, places: Places) => readonly StepSpec[];

/**
 * Gives copied steps their bodies, which are copied as well. A function that reads the item of a `forEach` reads that of the copy in
 * a copy, because what stands for it is the same. The depth of the nesting costs no depth of calls.
 *
 * @param steps - steps that were copied, and their copies
 */
export function copyBodies(steps: Iterable<readonly [StepSpec, StepSpec]>, places: Places, copyScope: CopyScope): void {
  const open = [...steps];
  const copied = (body: BodySpec, inside: Inside): BodySpec => {
    const { process } = new Body(inside);
    const copies = new Set(copyScope(body.process, process, places));
    for (const step of body.process.steps) {
      const copy = places.get(step)?.spec;
      if (copy !== undefined && copies.has(copy)) open.push([step, copy]);
    }
    process.close();
    return { ...body, flow: process.flow, process, value: body.value && places.get(body.value)?.spec };
  };
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [source, target] = next;
    if (source.composite === undefined) continue;
    target.composite = compositeOf(source.composite, places, (body, which) => copied(body, { scope: target.process, step: target.name, which }));
  }
}

function compositeOf(composite: CompositeSpec, places: Places, copied: (body: BodySpec, which: Inside['which']) => BodySpec): CompositeSpec {
  if (!('body' in composite)) return composite;
  const body = copied(composite.body, 'body');
  if (composite.kind === 'case') return { ...composite, body, otherwise: composite.otherwise && copied(composite.otherwise, 'otherwise') };
  return composite.kind === 'forEach' ? { ...composite, body, items: itemsOf(composite, places) } : { ...composite, body };
}

/** The step whose value is gone through, where it is now. */
function itemsOf({ items }: ForEachSpec, places: Places): ForEachSpec['items'] {
  if (typeof items === 'function' || Symbol.iterator in items) return items;
  return places.get(items)?.spec ?? items;
}

/** Finds the steps in the bodies of a step where an earlier merge has put them. */
export function findBodies(source: StepSpec, target: StepSpec, places: Places): void {
  const open: (readonly [StepSpec, StepSpec])[] = [[source, target]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [from, to] = next;
    const scopes = bodiesOf(to);
    bodiesOf(from).forEach(({ process }, position) => {
      const copies = scopes[position]?.process.steps ?? [];
      for (const step of process.steps) {
        const copy = copies.find(({ origins }) => origins.includes(step));
        if (copy === undefined) continue;
        places.set(step, new Handle(copy));
        open.push([step, copy]);
      }
    });
  }
}
