import type { FlowSpec, StepSpec } from '../define/spec.ts';
import { type DefinitionIssue, type ErrorCode, FlowError } from '../errors.ts';
import { findElsewhere, whereIs } from './elsewhere.ts';
import { declared, Lookup, type Named } from './lookup.ts';
import type { Wiring } from './wiring.ts';

/** For nodes that read some keys only from one ancestor: the node of that ancestor by key. */
export type Restrictions = ReadonlyMap<number, ReadonlyMap<unknown, number>>;

/**
 * Finds the steps to which keys are restricted; what is no ancestor goes into `issues`. Returns what gives the restrictions by the
 * numbers of the nodes, when these are known.
 */
export function restrictions(flow: FlowSpec, wiring: Wiring, issues: DefinitionIssue[]): ((nodeOf: Int32Array) => Restrictions) | undefined {
  const restricted = flow.processes.flatMap((process) => process.steps.filter((step) => step.restrictions !== undefined)).sort((a, b) => a.index - b.index);
  if (restricted.length === 0) return undefined;
  const sources = new Sources(declared(flow), wiring, issues);
  const found = restricted.map((step) => [step.index, sources.of(step)] as const);
  const node = (nodeOf: Int32Array, index: number): number => nodeOf[index] as number; // every step has a node
  return (nodeOf) => new Map(found.map(([index, byKey]) => [node(nodeOf, index), new Map([...byKey].map(([key, source]) => [key, node(nodeOf, source)]))]));
}

class Sources {
  readonly #steps: Named['steps'];
  readonly #wiring: Wiring;
  readonly #issues: DefinitionIssue[];
  readonly #lookup: Lookup;

  constructor(named: Named, wiring: Wiring, issues: DefinitionIssue[]) {
    this.#steps = named.steps;
    this.#wiring = wiring;
    this.#issues = issues;
    this.#lookup = new Lookup(named);
  }

  /** Returns the index of the source of each key that a step restricts. */
  of(step: StepSpec): ReadonlyMap<unknown, number> {
    const before = ancestorsOf(step, this.#wiring);
    const sources = new Map<unknown, number>();
    for (const [key, ref] of step.restrictions ?? []) {
      const source = this.#find(step, key, ref);
      if (source === undefined) continue;
      if (source === step.index) this.#report(step, key, 'not-an-ancestor', 'to itself; name a step that it waits for');
      else if (before.has(source)) sources.set(key, source);
      else this.#report(step, key, 'not-an-ancestor', `to '${this.#nameOf(source, step)}', which it does not wait for; add it to its timings, or name a step that it waits for`);
    }
    return sources;
  }

  #find(step: StepSpec, key: unknown, ref: unknown): number | undefined {
    try {
      return this.#lookup.find(ref, step.process.index + 1);
    } catch (error) {
      if (!(error instanceof FlowError)) throw error;
      const other = findElsewhere(ref, step.process);
      const where = other === undefined ? undefined : whereIs(other, step.process);
      const todo = 'read it with s.getByStep, or name a step of the same scope that it waits for';
      if (where !== undefined) return this.#report(step, key, 'not-an-ancestor', `to '${other?.name}', which is ${where}; ${todo}`);
      return this.#report(step, key, error.code, `to a step that cannot be found: ${error.message}`);
    }
  }

  #nameOf(source: number, reader: StepSpec): string {
    const step = this.#steps[source];
    return (step?.spec.process === reader.process ? step.name : step?.path) ?? '';
  }

  #report(step: StepSpec, key: unknown, code: ErrorCode, why: string): undefined {
    const name = typeof key === 'string' ? key : (key as { readonly name: string }).name; // `restrict` lets nothing else in
    this.#issues.push({ code, message: `step '${step.name}' restricts key '${name}' ${why}`, at: step.path });
  }
}

function ancestorsOf(step: StepSpec, wiring: Wiring): ReadonlySet<number> {
  const before = new Set<number>();
  const open = [step.index];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const { from } of wiring.edgesInto(node)) {
      if (before.has(from)) continue;
      before.add(from);
      open.push(from);
    }
  }
  return before;
}
