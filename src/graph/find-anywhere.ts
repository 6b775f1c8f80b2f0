import { Handle } from '../define/handle.ts';
import { hint } from '../define/nearest.ts';
import { shown } from '../define/shown.ts';
import type { StepSpec } from '../define/spec.ts';
import { Token } from '../define/token.ts';
import { AmbiguousStepError, UnknownStepError } from '../errors.ts';
import { type Compiled, scopesOf } from './compile.ts';
import { Lookup } from './lookup.ts';
import type { TemplateStep } from './template.ts';

/** Finds the step that a ref names: one of the flow itself, else one of a body, whose path may leave out the process. */
export function findAnywhere(compiled: Compiled, ref: unknown): StepSpec {
  const { template, bodies } = compiled;
  const lookup = new Lookup(template);
  if (bodies.size === 0 || lookup.has(ref)) return (template.steps[lookup.find(ref, 0)] as TemplateStep).spec; // it was found there
  const inner = scopesOf(compiled).slice(1).flatMap((scope) => scope.template.steps.map(({ spec }) => spec));
  const found = meant(ref, inner);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined) {
    const paths = found.map(({ path }) => path);
    const what = ref instanceof Handle || ref instanceof Token ? `'${ref.name}'` : shown(ref);
    throw new AmbiguousStepError(`${what} could be ${paths.map((path) => `'${path}'`).join(' or ')}; give the path or the handle`, paths);
  }
  if (typeof ref !== 'string' || !ref.includes('/')) return (template.steps[lookup.find(ref, 0)] as TemplateStep).spec; // it throws
  const paths = [...template.steps.map(({ spec }) => spec), ...inner].map(({ path }) => path);
  throw new UnknownStepError('unknown-step', `there is no step '${ref}' in flow '${template.flow}'${hint(ref, [...paths, ...paths.map(withoutProcess)], 'give the path of one of its steps')}`);
}

function meant(ref: unknown, steps: readonly StepSpec[]): readonly StepSpec[] {
  if (ref instanceof Handle) return steps.includes(ref.spec) ? [ref.spec] : steps.filter(({ origins }) => origins.includes(ref.spec));
  if (ref instanceof Token) return steps.filter(({ name, run }) => name === ref.name && run === ref.run);
  if (typeof ref !== 'string') return steps.filter(({ run }) => run === ref);
  const name = ref.normalize('NFC');
  return steps.filter((step) => (name.includes('/') ? step.path === name || withoutProcess(step.path) === name : step.name === name));
}

function withoutProcess(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}
