import TinyQueue from 'tinyqueue';
import type { Template } from '../../graph/template.ts';

/** No node may be taken. */
export const NONE = -1;

/**
 * Who of the ready nodes may start, when not everyone may: limits and pauses of the flow (region 0) and of its processes.
 * Ready nodes are admitted by their number, that is in (tier, declaration) order, never by arrival (ruling R25).
 */
export class Guard {
  readonly #regionOf: Int32Array;
  readonly #limits: readonly number[];
  readonly #active: number[];
  readonly #paused: boolean[];
  readonly #ready: TinyQueue<number>[];
  readonly #template: Template;
  /** The tier whose steps may start; `Infinity` when tiers do not matter. */
  #tier: number;

  constructor(template: Template, flowLimit: number, tiered: boolean) {
    this.#template = template;
    this.#tier = tiered ? 0 : Infinity;
    this.#regionOf = template.regionOf;
    this.#limits = template.regions.map((region, index) => (index === 0 ? Math.min(flowLimit, region.limit) : region.limit));
    this.#active = template.regions.map(() => 0);
    this.#paused = template.regions.map(() => false);
    this.#ready = template.regions.map(() => this.#queueOf([]));
  }

  push(node: number): void {
    this.#queue(this.#region(node)).push(node);
  }

  /** Whether the first of the ready nodes, held by a pause or not, belongs to a later tier than the one that may start. */
  get isAtBarrier(): boolean {
    return this.#tier !== Infinity && this.size > 0 && this.#tierOf(this.#lowest) > this.#tier;
  }

  /** Lets the tier of a node start: that of the first ready one, unless it is said. */
  openTier(node: number = this.#lowest): void {
    if (this.#tier !== Infinity) this.#tier = Math.max(this.#tier, this.#tierOf(node));
  }

  /** Takes the first node that may start, or `NONE`. */
  take(): number {
    if (this.#paused[0] === true) return NONE;
    let first = NONE;
    let from = 0;
    for (let region = 0; region < this.#ready.length; region++) {
      if (this.#paused[region] === true) continue;
      const node = this.#queue(region).peek();
      if (node !== undefined && this.#hasRoom(node) && (first === NONE || this.#rank(node) < this.#rank(first))) {
        first = node;
        from = region;
      }
    }
    if (first === NONE || this.#tierOf(first) > this.#tier) return NONE;
    this.#queue(from).pop();
    this.#count(first, 1);
    return first;
  }

  /** Gives a slot to a node that goes on without being ready, whatever the limits say. */
  hold(node: number): void {
    this.#count(node, 1);
  }

  /** Gives the slot of a node back that was taken. */
  release(node: number): void {
    this.#count(node, -1);
  }

  /** Takes out the ready nodes of a region (0: of all) for which `test` holds, in the order of their numbers. */
  withdraw(region: number, test: (node: number) => boolean): readonly number[] {
    const out: number[] = [];
    this.#ready.forEach((queue, index) => {
      if (region !== 0 && index !== region) return;
      const stay = queue.data.filter((node) => !test(node));
      for (const node of queue.data) if (test(node)) out.push(node); // there may be more than a call takes arguments
      this.#ready[index] = this.#queueOf(stay);
    });
    return out.sort((a, b) => a - b);
  }

  setPaused(region: number, paused: boolean): void {
    this.#paused[region] = paused;
  }

  /** Ends the pause of a region; for the flow, those of its processes too. */
  unpause(region: number): void {
    if (region === 0) this.#paused.fill(false);
    else this.#paused[region] = false;
  }

  isPaused(region: number): boolean {
    return this.#paused[region] === true;
  }

  /** How many nodes are ready. */
  get size(): number {
    return this.#ready.reduce((sum, queue) => sum + queue.length, 0);
  }

  get #lowest(): number {
    return this.#ready.reduce((lowest, queue) => {
      const node = queue.peek();
      return node !== undefined && this.#rank(node) < this.#rank(lowest) ? node : lowest;
    }, Infinity);
  }

  #tierOf(node: number): number {
    return this.#template.steps[node]?.tier ?? 0;
  }

  /** Steps start in the order of their numbers, after the callbacks of processes that are ready: those belong to no tier. */
  #rank(node: number): number {
    const { size, stepCount } = this.#template;
    return node < stepCount ? node : node - size;
  }

  /** Limits are for work: callbacks about processes and the flow, and steps that only wait, neither wait for a slot nor hold one. */
  #isFree(node: number): boolean {
    return node >= this.#template.stepCount || this.#template.waits?.[node] === 1;
  }

  #hasRoom(node: number): boolean {
    return this.#isFree(node) || (this.#free(0) && this.#free(this.#region(node)));
  }

  #free(region: number): boolean {
    return (this.#active[region] as number) < (this.#limits[region] as number);
  }

  /** Counts a step that starts or ends, in its region and in the flow. */
  #count(node: number, by: 1 | -1): void {
    if (this.#isFree(node)) return;
    const region = this.#region(node);
    this.#active[0] = (this.#active[0] as number) + by;
    this.#active[region] = (this.#active[region] as number) + by;
  }

  #queueOf(nodes: readonly number[]): TinyQueue<number> {
    return new TinyQueue([...nodes], (a, b) => this.#rank(a) - this.#rank(b));
  }

  #region(node: number): number {
    return this.#regionOf[node] as number; // only nodes with work are ready
  }

  #queue(region: number): TinyQueue<number> {
    return this.#ready[region] as TinyQueue<number>; // one for each region
  }
}
