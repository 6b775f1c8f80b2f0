import type { StepSpec } from '../define/spec.ts';
import type { DefinitionIssue } from '../errors.ts';
import { ALL, ANY, FAILED, OPTIONAL, SETTLED, SUCCESS, SYNC } from './edges.ts';
import type { Resolved } from './resolve.ts';
import { type InEdge, NOWHERE, type Wiring } from './wiring.ts';

/**
 * Turns resolved timings into edges. Each timing becomes one edge; where it joins several moments, a gate stands between,
 * so that a group of n with m waiting steps costs n + m edges. The same group or derived timing shares its gate.
 */
export class Moments {
  readonly #wiring: Wiring;
  readonly #issues: DefinitionIssue[];
  readonly #gates = new Map<object, InEdge>();

  constructor(wiring: Wiring, issues: DefinitionIssue[]) {
    this.#wiring = wiring;
    this.#issues = issues;
  }

  /** Returns the edges into `reader` that a timing stands for: one, or one for each member of an `optional`. */
  edges(reader: StepSpec, timing: Resolved): readonly InEdge[] {
    if (timing.kind === 'step') return [{ from: timing.step.index, kind: SUCCESS }];
    if (timing.kind === 'optional') return stepsOf(timing).map((step) => ({ from: step.index, kind: OPTIONAL }));
    return [this.#shared(reader, timing)];
  }

  /** The moment when all of these went well. */
  wentWell(steps: readonly StepSpec[]): InEdge {
    return this.#gate(SYNC, steps.map((step) => ({ from: step.index, kind: SUCCESS })));
  }

  /** The moment when all of these have ended. */
  ended(steps: readonly StepSpec[]): InEdge {
    return this.#gate(ALL, steps.map((step) => ({ from: step.index, kind: SETTLED })));
  }

  #shared(reader: StepSpec, timing: Resolved): InEdge {
    if (timing.kind === 'step') return { from: timing.step.index, kind: SUCCESS };
    const known = this.#gates.get(timing.source);
    if (known !== undefined) return known;
    const made = this.#make(reader, timing);
    this.#gates.set(timing.source, made);
    return made;
  }

  #make(reader: StepSpec, timing: Exclude<Resolved, { kind: 'step' }>): InEdge {
    switch (timing.kind) {
      case 'group':
        return this.wentWell(stepsOf(timing));
      case 'settled':
        return this.#gate(ALL, this.#endings(reader, timing.of));
      case 'failed':
        return this.#gate(ANY, this.#failures(reader, timing.of));
      case 'anyOf':
        return this.#gate(ANY, this.#alternatives(reader, timing.of));
      case 'optional':
        return this.#refuse(reader, 'optional(…) inside another timing, which cannot wait for it; give it to the step itself');
      default:
        return timing satisfies never;
    }
  }

  #endings(reader: StepSpec, of: readonly Resolved[]): readonly InEdge[] {
    return of.flatMap((timing) => {
      switch (timing.kind) {
        case 'step':
          return [{ from: timing.step.index, kind: SETTLED }];
        case 'group':
        case 'settled':
        case 'failed':
          return this.#endings(reader, timing.of);
        case 'anyOf':
          return [{ from: this.#shared(reader, timing).from, kind: SETTLED }];
        case 'optional':
          return [this.#shared(reader, timing)];
        default:
          return timing satisfies never;
      }
    });
  }

  #failures(reader: StepSpec, of: readonly Resolved[]): readonly InEdge[] {
    return of.flatMap((timing) => {
      if (timing.kind === 'step') return [{ from: timing.step.index, kind: FAILED }];
      if (timing.kind === 'group') return this.#failures(reader, timing.of);
      return [this.#refuse(reader, `failed(${timing.kind}(…)), which can never fail by itself; give failed() steps or groups`)];
    });
  }

  #alternatives(reader: StepSpec, of: readonly Resolved[]): readonly InEdge[] {
    return of.flatMap((timing) => (timing.kind === 'anyOf' ? this.#alternatives(reader, timing.of) : [this.#shared(reader, timing)]));
  }

  /** A gate over several edges; a single one stands for itself. */
  #gate(mode: typeof ALL | typeof SYNC | typeof ANY, edges: readonly InEdge[]): InEdge {
    const [only] = edges;
    if (only !== undefined && edges.length === 1) return only;
    return { from: this.#wiring.addGate(mode, edges), kind: SUCCESS };
  }

  #refuse(reader: StepSpec, what: string): InEdge {
    this.#issues.push({ code: 'invalid-timing', message: `step '${reader.name}' waits for ${what}`, at: reader.path });
    return NOWHERE;
  }
}

function stepsOf(timing: Resolved): readonly StepSpec[] {
  return timing.kind === 'step' ? [timing.step] : timing.of.flatMap(stepsOf);
}
