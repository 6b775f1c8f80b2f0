import type { Template } from '../../src/graph/template.ts';
import * as cells from '../../src/run/kernel/cells.ts';
import { ENDED, STARTED } from '../../src/run/kernel/history.ts';
import { Kernel } from '../../src/run/kernel/kernel.ts';
import type { KernelOptions } from '../../src/run/kernel/options.ts';
import type { Latch } from '../../src/run/kernel/latches.ts';
import type { Timer } from '../../src/run/kernel/timers.ts';
import { processStatusOf } from '../../src/run/outcomes.ts';
import { ReferenceKernel } from './reference-kernel.ts';
import type { Standing } from './reference-node.ts';
import { ancestorsIn, endedBefore, nextLiveTimer, statusIn } from './reference-view.ts';

const words: Record<number, Standing> = {
  [cells.WAITING]: 'waiting',
  [cells.RUNNING]: 'running',
  [cells.EXPIRED]: 'expired',
  [cells.ABORTED]: 'aborted',
  [cells.PARKED]: 'parked',
  [cells.SUCCEEDED]: 'succeeded',
  [cells.SKIPPED]: 'skipped',
  [cells.NOT_TAKEN]: 'not-taken',
  [cells.FAILED]: 'failed',
  [cells.CANCELLED]: 'cancelled',
  [cells.STOPPED]: 'stopped',
  [cells.PASSED_ON]: 'passed-on',
};

/** Returns where a node of the kernel stands, in the reference's words: a waiting step with nothing left to wait for is ready. */
export function standingOf(kernel: Kernel, node: number): Standing {
  const standing = words[kernel.state(node)] ?? 'waiting';
  return standing === 'waiting' && node < kernel.template.stepCount && kernel.isQueued(node) ? 'ready' : standing;
}

/** The kernel and its reference side by side: every event goes to both, and after it everything that can be seen must be equal. */
export class Lockstep {
  readonly kernel: Kernel;
  readonly reference: ReferenceKernel;
  readonly events: string[] = [];
  readonly #template: Template;
  #logged = 0;

  constructor(template: Template, options: KernelOptions) {
    this.#template = template;
    this.kernel = new Kernel(template, options);
    this.reference = new ReferenceKernel(template, options);
    this.#compare();
  }

  take(): number {
    const [taken, expected] = [this.kernel.take(), this.reference.take()];
    this.#same('taken', taken, expected, `take ${this.#name(expected)}`);
    this.#compare();
    return taken;
  }

  succeed(node: number, value: unknown): void {
    this.#both(`succeed ${this.#name(node)}`, (side) => side.succeed(node, value));
  }

  fail(node: number, error: unknown, now: number): void {
    this.#both(`fail ${this.#name(node)}`, (side) => side.fail(node, error, now));
  }

  skip(node: number, cascade: boolean): void {
    this.#both(`${cascade ? 'pass on' : 'skip'} ${this.#name(node)}`, (side) => side.skip(node, cascade));
  }

  stopped(node: number): void {
    this.#both(`stopped ${this.#name(node)}`, (side) => side.stopped(node));
  }

  retry(node: number, at: number | undefined): void {
    this.#both(`retry ${this.#name(node)} at ${String(at)}`, (side) => side.retry(node, at));
  }

  latch(region: number, latch: Latch, now: number): void {
    this.#both(`latch ${region} ${latch.mode}`, (side) => side.latch(region, latch, now));
  }

  pause(region: number, paused: boolean): void {
    this.#both(`${paused ? 'pause' : 'resume'} ${region}`, (side) => side.pause(region, paused));
  }

  wake(now: number): void {
    this.#both(`wake ${now}`, (side) => side.wake(now));
  }

  setTimer(at: number, timer: Timer): void {
    this.#both(`timer ${timer.kind} at ${at}`, (side) => side.setTimer(at, timer));
  }

  /** The steps at work whose grace ran out. */
  takeOverdue(): readonly number[] {
    const overdue = this.kernel.overruns?.takeOverdue() ?? [];
    this.#same('overdue', overdue, this.reference.overdue.splice(0), 'take overdue');
    return overdue;
  }

  takeAborts(): void {
    this.#same('aborts', this.kernel.overruns?.takeAborts() ?? [], this.reference.aborts.splice(0), 'take aborts');
  }

  /** Compares what is only asked when the run is over: how its parts ended (R5), and what each step could read when it started. */
  finish(): this {
    const { kernel, reference } = this;
    this.#template.regions.forEach((_, region) => this.#same(`status of ${region}`, processStatusOf(kernel, region), statusIn(reference, region)));
    for (const { number, started } of reference.nodes) {
      if (!started) continue;
      for (const ancestor of ancestorsIn(reference, number)) {
        const before = endedBefore(reference, ancestor, number);
        this.#same(`${this.#name(ancestor)} before ${this.#name(number)}`, kernel.history.endedBefore(ancestor, number), before);
      }
    }
    return this;
  }

  #both<Answer>(event: string, act: (side: Kernel | ReferenceKernel) => Answer): void {
    this.events.push(event);
    this.#same('answer', act(this.kernel), act(this.reference));
    this.#compare();
  }

  #same(what: string, actual: unknown, expected: unknown, event?: string): void {
    if (event !== undefined) this.events.push(event);
    if (actual === expected) return;
    const [given, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (given !== wanted) throw new Error(`${what}: the kernel has ${given}, the reference ${wanted}\nevents: ${this.events.join('; ')}`);
  }

  #compare(): void {
    const { kernel, reference } = this;
    for (const node of reference.nodes) {
      const { number } = node;
      const standing = standingOf(kernel, number);
      if (standing !== node.standing) this.#same(`state of ${this.#name(number)}`, standing, node.standing);
      if (!node.step) continue;
      const value = kernel.values[number];
      if (value !== node.value && node.value !== 'out of time') this.#same(`value of ${this.#name(number)}`, value ?? null, node.value ?? null);
      this.#same(`attempt of ${this.#name(number)}`, kernel.attempt(number), node.attempt);
      this.#same(`closed ${this.#name(number)}`, kernel.isClosed(number), reference.isClosed(number));
    }
    this.#template.regions.forEach((_, region) => {
      this.#same(`mode of ${region}`, kernel.latchOf(region)?.mode, reference.latchOf(region)?.mode);
      this.#same(`pause of ${region}`, kernel.isPaused(region), reference.paused.has(region));
      this.#same(`end of ${region}`, kernel.isOver(region), reference.isOver(region));
    });
    this.#same('left', kernel.left, reference.left);
    // A timer of an earlier attempt is dropped when it comes due, or before.
    const next = kernel.timers?.next ?? Infinity;
    if (next < reference.nextTimer || next > nextLiveTimer(reference)) this.#same('next timer', next, nextLiveTimer(reference));
    if (kernel.stalled) this.#same('stalled', true, false);
    this.#same('history', this.#noted().sort(), reference.log.slice(this.#logged).sort());
    this.#logged = reference.log.length;
  }

  /** What the kernel's history says of the last event. */
  #noted(): string[] {
    const { entries, length } = this.kernel.history;
    return entries.slice(this.#logged, length).map((entry) => {
      const what = (entry & 3) === STARTED ? 'started' : (entry & 3) === ENDED ? 'ended' : 'passed';
      return `${what} ${entry >> 2}`;
    });
  }

  #name(node: number): string {
    return this.#template.steps[node]?.name ?? `node ${node}`;
  }
}
