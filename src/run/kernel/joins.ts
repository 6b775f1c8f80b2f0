import { EXEMPT, SYNC } from '../../graph/edges.ts';
import type { Template } from '../../graph/template.ts';
import { arrive, decide } from './arrivals.ts';
import { CANCELLED, FAILED, FIRST_OUTCOME, NOT_TAKEN, ONE, PARKED, STATE, STOPPED, SUCCEEDED, WAITING } from './cells.ts';
import { Exemptions } from './exemptions.ts';
import { History } from './history.ts';
import type { Past } from './recall.ts';
import { GO, verdictOf } from './verdicts.ts';

/** Who is told that the last edge of a step said "go". */
export interface Admission {
  admit(step: number): void;
}

/**
 * How outcomes travel: nodes, edges and gates, and nothing of limits, stops or time.
 *
 * - **S1** A node has exactly one outcome; `conclude` and `succeed` are the only places that give it one.
 * - **S2** A step is admitted once for each attempt at most, when its last edge says so.
 * - **S3** Outcomes travel through a worklist, never by recursion: a chain of any length fits.
 * - **S4** `left` counts steps without an outcome, at work or not; the run is over when it is 0 (law K4).
 */
export class Joins {
  /** The state of each node; see `cells.ts`. */
  readonly cells: number[];
  readonly history: History;
  readonly exemptions: Exemptions | undefined;
  left: number;
  /** Whether no node has failed, was cancelled or stopped. */
  isClean = true;
  readonly #template: Template;
  readonly #admission: Admission;
  /** Nodes whose outcome has not reached what waits for them; the first `#worked` entries count. */
  #work: number[] | undefined = undefined;
  #worked = 0;

  constructor(template: Template, admission: Admission) {
    this.#template = template;
    this.#admission = admission;
    this.cells = template.initial.slice();
    this.history = new History(template);
    this.left = template.workCount;
    this.exemptions = template.exceptions && new Exemptions(template, template.exceptions, this.cells);
  }

  state(node: number): number {
    return (this.cells[node] as number) & STATE;
  }

  /** The steps of a region (0: all) that have no outcome, in order. */
  openSteps(region: number): readonly number[] {
    const { regionOf, workCount } = this.#template;
    const open: number[] = [];
    for (let step = 0; step < workCount; step++) {
      if ((region === 0 || regionOf[step] === region) && this.state(step) < FIRST_OUTCOME) open.push(step);
    }
    return open;
  }

  /** Gives a node its outcome and queues it, so that `settle` lets what waits for it hear of it. */
  conclude(node: number, outcome: number): void {
    const cell = this.cells[node] as number;
    this.cells[node] = outcome | (cell & ~(ONE - 1));
    if (!isClean(outcome)) this.isClean = false;
    (this.#work ??= [])[this.#worked++] = node;
    if (node >= this.#template.workCount) return;
    this.left--;
    const state = cell & STATE;
    this.history.ended(node, state !== WAITING && state !== PARKED);
  }

  /** Lets every outcome reach what waits for it, in the order they came about. */
  settle(): void {
    for (let at = 0; at < this.#worked; at++) this.#spread((this.#work as number[])[at] as number);
    this.#worked = 0;
  }

  /** Takes over the outcomes of a run that was recorded, and lets them reach what waits for them. */
  recall({ history, nodes }: Past): void {
    for (const entry of history) this.history.recall(entry);
    for (const { node, state } of nodes) {
      if (state < FIRST_OUTCOME) continue;
      this.cells[node] = state;
      if (!isClean(state)) this.isClean = false;
      this.left--;
      (this.#work ??= [])[this.#worked++] = node;
    }
    this.settle();
    this.#work = undefined; // thousands of runs may go on at once, most of which need none for a long time
  }

  /** The common case of `conclude` and `settle`: a step at work succeeded, and every edge of the template needs success. */
  succeed(node: number): void {
    const { outStart, outs, workCount } = this.#template;
    const { cells } = this;
    cells[node] = SUCCEEDED;
    this.left--;
    this.history.ended(node, true);
    const end = outStart[node + 1] as number;
    for (let slot = outStart[node] as number; slot < end; slot++) {
      const target = outs[slot] as number;
      const cell = (cells[target] as number) - ONE;
      cells[target] = cell;
      if (cell >= ONE) continue;
      if (cell === 0 && target < workCount) this.#admission.admit(target);
      else this.#arrived(target, cell);
    }
    if (this.#worked > 0) this.settle();
  }

  #spread(node: number): void {
    const { outStart, outs, outKinds, modes } = this.#template;
    const { cells } = this;
    const outcome = this.state(node);
    const end = outStart[node + 1] as number;
    for (let slot = outStart[node] as number; slot < end; slot++) {
      const target = outs[slot] as number;
      const open = (cells[target] as number) - ONE;
      if ((open & STATE) !== WAITING) continue;
      const kind = outKinds[slot] as number;
      const isExempt = kind === EXEMPT && this.exemptions?.decide(node, target) === true;
      const cell = isExempt ? open : arrive(open, modes[target] as number, kind, outcome);
      const decided = cell & STATE;
      cells[target] = decided === WAITING ? cell : open;
      if (decided !== WAITING) this.conclude(target, decided);
      else if (cell < ONE) this.#arrived(target, cell);
    }
  }

  /** All edges of a node have arrived. */
  #arrived(node: number, cell: number): void {
    if ((cell & STATE) !== WAITING) return;
    const outcome = decide(cell);
    if (outcome !== 0 && !(outcome === NOT_TAKEN && this.#hasMember(node))) this.conclude(node, outcome);
    else if (node >= this.#template.workCount) this.conclude(node, SUCCEEDED);
    else this.#admission.admit(node);
  }

  /** Whether a member of a group went well although the group does not know: `succeed` leaves no flags. */
  #hasMember(node: number): boolean {
    const { inStart, ins, inKinds, modes, plain } = this.#template;
    if (!plain || modes[node] !== SYNC) return false;
    const end = inStart[node + 1] as number;
    for (let slot = inStart[node] as number; slot < end; slot++) {
      if (verdictOf(inKinds[slot] as number, this.state(ins[slot] as number)) === GO) return true;
    }
    return false;
  }
}

function isClean(outcome: number): boolean {
  return outcome !== FAILED && outcome !== CANCELLED && outcome !== STOPPED;
}
