import { ANY, EXEMPT, FAILED, OPTIONAL, SUCCESS, SYNC } from '../../graph/edges.ts';
import type { Template } from '../../graph/template.ts';
import { NOT_TAKEN, PASSED_ON, STATE } from './cells.ts';
import { BRANCH, verdictOf } from './verdicts.ts';

/**
 * The edges over which a step goes although their source was passed over, because the step is an exception of what passed it
 * over: "go" as if those who except the step had been skipped alone. What was not taken for another reason stays so.
 */
export class Exemptions {
  readonly #template: Template;
  readonly #exceptions: ReadonlyMap<number, ReadonlySet<number>>;
  readonly #cells: readonly number[];
  /** The edges that went: `source * size + target`. */
  readonly #went = new Set<number>();

  constructor(template: Template, exceptions: ReadonlyMap<number, ReadonlySet<number>>, cells: readonly number[]) {
    this.#template = template;
    this.#exceptions = exceptions;
    this.#cells = cells;
  }

  /** Decides whether the edge goes whose source just ended; it is asked once for each edge. */
  decide(source: number, target: number): boolean {
    const state = this.#state(source);
    if (state !== PASSED_ON && state !== NOT_TAKEN) return false;
    if (!this.#passedOverBy(this.#exceptions.get(target)).has(source)) return false;
    this.#went.add(source * this.#template.size + target);
    return true;
  }

  /** Whether an exempt edge went although its source was passed over. */
  has(source: number, target: number): boolean {
    return this.#went.has(source * this.#template.size + target);
  }

  /** Those of the steps that passed themselves on, and all that would have been taken if these had been skipped alone. */
  #passedOverBy(steps: ReadonlySet<number> | undefined): ReadonlySet<number> {
    const { outStart, outs, outKinds } = this.#template;
    const found = new Set([...(steps ?? [])].filter((step) => this.#state(step) === PASSED_ON));
    for (const node of found) {
      const end = outStart[node + 1] as number;
      for (let slot = outStart[node] as number; slot < end; slot++) {
        const target = outs[slot] as number;
        const kind = outKinds[slot] as number;
        if ((kind === SUCCESS || kind === EXEMPT) && this.#state(target) === NOT_TAKEN && this.#isFreed(target, found)) found.add(target);
      }
    }
    return found;
  }

  /** Whether a node would have been taken if those in `found` had been: one such member is enough for a group. */
  #isFreed(node: number, found: ReadonlySet<number>): boolean {
    const { modes, inStart, ins, inKinds } = this.#template;
    const mode = modes[node];
    if (mode === SYNC || mode === ANY) return true;
    for (let slot = inStart[node] as number; slot < (inStart[node + 1] as number); slot++) {
      const from = ins[slot] as number;
      const kind = inKinds[slot] as number;
      if (kind === OPTIONAL || verdictOf(kind, this.#state(from)) !== BRANCH || (kind === EXEMPT && this.has(from, node))) continue;
      if (kind === FAILED || !found.has(from)) return false;
    }
    return true;
  }

  #state(node: number): number {
    return (this.#cells[node] as number) & STATE;
  }
}
