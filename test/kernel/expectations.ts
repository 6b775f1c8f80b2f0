import type { Cause, Outcome } from 'millrace';
import type { Template } from '../../src/graph/template.ts';
import { outcomeOf } from '../../src/run/outcomes.ts';
import { codeOf, type Definition } from './definition.ts';
import { type Lockstep, standingOf } from './lockstep.ts';
import { oracle } from './oracle.ts';

/** Runs a check of one definition; what it throws then says which seed it was, and the definition as code. */
export function explained(seed: number | string, definition: Definition, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n\n${codeOf(definition)}\n`, { cause: error });
  }
}

/** Throws unless every step of a run ended as the oracle says, and for the reasons it gives. */
export function expectOracle(definition: Definition, template: Template, { kernel, events }: Lockstep): void {
  const expected = oracle(definition);
  const syncs = new Set(definition.statements.flatMap((line) => (line.do === 'syncAll' || line.do === 'same' ? [line.step] : [])));
  template.steps.forEach(({ name }, node) => {
    const { ending, because, orderBecause } = expected.get(name)!;
    const ended = standingOf(kernel, node);
    if (ended !== ending) throw new Error(`${name} ended ${ended}, the oracle says ${ending}\nevents: ${events.join('; ')}`);
    const given = causesOf(outcomeOf(kernel, node)).map(({ path }) => path.slice(path.indexOf('/') + 1));
    // A step that waits for a sibling of an ordered process may name the processes before it, or leave that to its sibling.
    const all = [...new Set([...because, ...orderBecause])];
    const fits = (wanted: readonly string[]): boolean => same(given, wanted) || (syncs.has(name) && same([...given].sort(), [...wanted].sort()));
    if (fits(all) || (because.length > 0 && fits(because))) return;
    throw new Error(`${name} ended ${ended} because of [${given.join(', ')}], the oracle says [${all.join(', ')}]`);
  });
}

function causesOf(outcome: Outcome): readonly Cause[] {
  if (outcome.status === 'cancelled') return outcome.because;
  return outcome.status === 'skipped' && outcome.reason.kind === 'branch' ? outcome.reason.because : [];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
