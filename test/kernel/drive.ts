import type { Template } from '../../src/graph/template.ts';
import type { KernelOptions } from '../../src/run/kernel/options.ts';
import type { Deed } from './definition.ts';
import { type Draw, pick, rarely } from './draw.ts';
import { Lockstep } from './lockstep.ts';
import type { Standing } from './reference-node.ts';

export const unhindered: KernelOptions = { limit: Infinity, failFast: false, tiered: false, finishTier: false, graceMs: 5, flowTimeoutMs: undefined };

/**
 * Runs a template to its end on the kernel and on its reference, in a random order of takes and ends, and nothing else. `eager`
 * takes all it can before the next end.
 */
export function driveCalmly(draw: Draw, template: Template, deeds: ReadonlyMap<string, Deed>, eager: boolean): Lockstep {
  const sides = new Lockstep(template, unhindered);
  const atWork: number[] = [];
  while (sides.reference.left > 0) {
    if (eager || atWork.length === 0 || rarely(draw, 2)) {
      const taken = sides.take();
      if (taken >= 0) atWork.push(taken);
      if (taken >= 0 || atWork.length === 0) continue;
    }
    const [node] = atWork.splice(draw(atWork.length), 1);
    finish(sides, node!, deeds.get(template.steps[node!]!.name)!, 0);
  }
  return sides.finish();
}

function finish(sides: Lockstep, node: number, deed: Deed, now: number): void {
  if (deed === 'succeed') sides.succeed(node, `value of ${node}`);
  else if (deed === 'fail') sides.fail(node, `error of ${node}`, now);
  else sides.skip(node, deed === 'pass on');
}

/** Options of a run that may hold steps back, and stop at the first failure. */
export function randomOptions(draw: Draw): KernelOptions {
  const limit = rarely(draw, 3) ? 1 + draw(3) : Infinity;
  return { limit, failFast: rarely(draw, 6), tiered: false, finishTier: false, graceMs: draw(6), flowTimeoutMs: undefined };
}

/** Drives both kernels through everything that can happen to a run, and in the end lets the run come to its end. */
export class WildDrive {
  readonly sides: Lockstep;
  readonly #draw: Draw;
  readonly #template: Template;
  readonly #deeds: ReadonlyMap<string, Deed>;
  #now = 0;
  #retries = 0;

  constructor(draw: Draw, template: Template, deeds: ReadonlyMap<string, Deed>, options: KernelOptions) {
    this.sides = new Lockstep(template, options);
    this.#draw = draw;
    this.#template = template;
    this.#deeds = deeds;
    if (rarely(draw, 8)) this.sides.setTimer(draw(20), { kind: 'region', region: draw(template.regions.length) });
  }

  run(): Lockstep {
    for (let left = 20 + 6 * this.#template.stepCount; left > 0 && this.sides.reference.left > 0; left--) this.#anything();
    for (const region of this.#template.regions.keys()) this.sides.pause(region, false);
    for (let left = 1_000; this.sides.reference.left > 0; left--) {
      if (left === 0) throw new Error(`the run does not end\nevents: ${this.sides.events.join('; ')}`);
      if (this.#take() < 0 && !this.#end()) this.#wake(this.sides.reference.nextTimer);
    }
    return this.sides.finish();
  }

  #anything(): void {
    const happening = this.#draw(24);
    if (happening < 10) this.#take();
    else if (happening < 18) this.#end();
    else if (happening < 21) this.#wake(this.#now + this.#draw(5));
    else if (happening < 23) this.sides.pause(this.#region(), !rarely(this.#draw, 2));
    else if (rarely(this.#draw, 4)) {
      const mode = pick(this.#draw, ['drain', 'abort'] as const);
      this.sides.latch(this.#region(), { mode, why: 'stop', reason: `stopped at ${this.#now}` }, this.#now);
      this.sides.takeAborts();
    }
  }

  #region(): number {
    return this.#draw(this.#template.regions.length);
  }

  #take(): number {
    const node = this.sides.take();
    const attempt = node < 0 ? 0 : this.sides.kernel.attempt(node);
    if (node >= 0 && rarely(this.#draw, 4)) this.sides.setTimer(this.#now + this.#draw(9), { kind: 'timeout', node, attempt });
    return node;
  }

  /** Ends one of the steps at work, as the shell would. Returns false when there is none. */
  #end(): boolean {
    const atWork = this.#nodes('running', 'expired', 'aborted');
    if (atWork.length === 0) return false;
    const node = pick(this.#draw, atWork);
    const { standing } = this.sides.reference.nodes[node]!;
    const deed = this.#deeds.get(this.#template.steps[node]!.name)!;
    if (standing === 'running' && deed !== 'fail') finish(this.sides, node, deed, this.#now);
    else if (standing !== 'aborted') this.#failed(node);
    else if (deed === 'fail') this.sides.stopped(node);
    else this.sides.succeed(node, 'late');
    this.sides.takeAborts();
    return true;
  }

  #failed(node: number): void {
    const again = this.#retries < 30 && !this.sides.reference.isClosed(node) && rarely(this.#draw, 2);
    if (again) this.#retries++;
    if (again) this.sides.retry(node, rarely(this.#draw, 2) ? this.#now + this.#draw(6) : undefined);
    else this.sides.fail(node, `error of ${node}`, this.#now);
  }

  #wake(now: number): void {
    if (now === Infinity) throw new Error(`nothing can happen any more\nevents: ${this.sides.events.join('; ')}`);
    this.#now = now;
    this.sides.wake(now);
    this.sides.takeAborts();
    for (const node of this.sides.takeOverdue()) {
      if (this.sides.reference.nodes[node]!.standing === 'expired') this.#failed(node);
      else this.sides.stopped(node);
    }
  }

  #nodes(...standings: readonly Standing[]): readonly number[] {
    return this.sides.reference.nodes.filter((node) => standings.includes(node.standing)).map((node) => node.number);
  }
}
