import { type FlowSpec, titleOf } from '../define/spec.ts';
import { type DefinitionIssue, FlowError } from '../errors.ts';
import { Ancestry } from './ancestry.ts';
import { EXEMPT, SUCCESS } from './edges.ts';
import { findElsewhere, whereIs } from './elsewhere.ts';
import { declared, Lookup, type Named } from './lookup.ts';
import type { Template } from './template.ts';

/** Exempts the exceptions of `skipWithDependents` from what leads to them; what does not fit goes into `issues`. */
export function withExceptions(template: Template, issues: DefinitionIssue[]): Template {
  const cascading = template.steps.flatMap(({ spec }, step) => (spec.cascade === undefined || spec.cascade.length === 0 ? [] : [step]));
  if (cascading.length === 0) return template;
  const isWhole = issues.length === 0; // a timing that is not understood may be the missing one
  const ancestry = new Ancestry(template);
  const lookup = new Lookup(template);
  const exceptions = new Map<number, Set<number>>();
  for (const step of cascading) {
    for (const ref of template.steps[step]?.spec.cascade ?? []) {
      const exception = found(template, lookup, step, ref, issues);
      if (exception === undefined) continue;
      if (ancestry.isBefore(step, exception)) exempt(template, ancestry, step, exception, exceptions);
      else if (isWhole) issues.push(noDependent(template, step, exception));
    }
  }
  return { ...template, exceptions };
}

/** Reports exceptions that cannot be found, where steps wait for one another and there is no template. */
export function checkExceptions(flow: FlowSpec, issues: DefinitionIssue[]): void {
  const named = declared(flow);
  const lookup = new Lookup(named);
  named.steps.forEach(({ spec }, step) => spec.cascade?.forEach((ref) => found(named, lookup, step, ref, issues)));
}

/** The step of the same process that a ref names. */
function found({ steps, regionOf }: Named, lookup: Lookup, step: number, ref: unknown, issues: DefinitionIssue[]): number | undefined {
  const spec = (steps[step] as Named['steps'][number]).spec; // the caller goes through the steps
  const { name, path: at, process } = spec;
  const region = regionOf[step] ?? 0;
  try {
    const exception = lookup.find(ref, region);
    if (regionOf[exception] === region) return exception;
    const message = `step '${name}' excepts '${steps[exception]?.path}' from what it skips, which is not in process '${process.name}'; except steps of its own process`;
    issues.push({ code: 'invalid-exception', message, at });
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    const other = findElsewhere(ref, process);
    const where = other === undefined ? undefined : whereIs(other, process);
    if (where !== undefined) {
      issues.push({ code: 'invalid-exception', message: `step '${name}' excepts '${other?.name}' from what it skips, which is ${where}; except steps of ${titleOf(process)}`, at });
      return undefined;
    }
    issues.push({ code: error.code, message: `step '${name}' excepts what cannot be found: ${error.message}`, at });
  }
  return undefined;
}

function noDependent({ steps }: Template, step: number, exception: number): DefinitionIssue {
  const [name, other] = [steps[step]?.name, steps[exception]?.name];
  const itself = `step '${name}' excepts itself from what it skips; name steps that wait for it`;
  const message = `step '${name}' excepts '${other}' from what it skips, which does not wait for it; take '${other}' away, or let it wait for '${name}'`;
  return { code: 'invalid-exception', message: step === exception ? itself : message, at: steps[step]?.spec.path ?? '' };
}

/** Marks the edges over which being skipped could reach the exception. */
function exempt(template: Template, ancestry: Ancestry, step: number, exception: number, exceptions: Map<number, Set<number>>): void {
  const { inStart, ins, inKinds, outStart, outs, outKinds } = template;
  for (let slot = inStart[exception] as number; slot < (inStart[exception + 1] as number); slot++) {
    const from = ins[slot] as number;
    if (inKinds[slot] !== SUCCESS || (from !== step && !ancestry.isBefore(step, from))) continue;
    inKinds[slot] = EXEMPT;
    for (let out = outStart[from] as number; out < (outStart[from + 1] as number); out++) {
      if (outs[out] === exception && outKinds[out] === SUCCESS) outKinds[out] = EXEMPT;
    }
  }
  exceptions.set(exception, (exceptions.get(exception) ?? new Set()).add(step));
}
