import type { CompositeSpec } from '../define/spec.ts';
import type { Context } from './context.ts';
import type { Latch } from './kernel/latches.ts';
import type { Abort } from './kernel/options.ts';
import type { RunParts } from './run-parts.ts';
import type { Work } from './work.ts';

/** The composite steps of a scope that are at work. There is one only for scopes that have had any. */
export class OpenWorks {
  readonly #works = new Map<number, Work>();

  get size(): number {
    return this.#works.size;
  }

  /** The step begins, or goes on where it was when its run was interrupted. */
  open(run: RunParts, composite: CompositeSpec, node: number, s: Context): void {
    const { kernel, settings } = run;
    const work = run.around.composer.compose(composite, run as never, node, s as never); // it takes what these are
    this.#works.set(node, work);
    (kernel.composed ??= new Set()).add(node);
    run.endings.opened(node);
    const isLate = run.attempts?.isUp(node, run.alarm) === true; // while nobody was at work: nothing more of it starts
    const late = isLate ? timeout(run, node) : undefined;
    work.begin(run.restored?.works.get(node), kernel.isClosed(node) ? latchOf(run, node) : late, settings.graceMs);
  }

  /** Its time is up, or what it is in was closed; or what is left in it may go on. */
  stop(run: RunParts, { node, expired, resumed, graceMs = run.settings.graceMs }: Abort): void {
    const work = this.#works.get(node);
    if (resumed === true) work?.pump();
    else work?.stop((expired ? undefined : latchOf(run, node)) ?? timeout(run, node, expired), graceMs);
  }

  delete(node: number): void {
    this.#works.delete(node);
  }

  pump(): void {
    for (const work of this.#works.values()) work.pump();
  }

  wake(nodes: readonly number[]): void {
    for (const node of nodes) this.#works.get(node)?.wake();
  }

  listen(): void {
    for (const work of this.#works.values()) work.listen();
  }

  async suspendResources(): Promise<void> {
    for (const work of [...this.#works.values()]) await work.suspendResources();
  }

  abandon(error: Error | undefined): void {
    for (const work of this.#works.values()) work.abandon(error);
  }

  /** When the first of them goes on by itself, but not after `latest`; `undefined` while something of one is at work. */
  restUntil(latest: number): number | undefined {
    let until = latest;
    for (const { restsUntil } of this.#works.values()) {
      if (restsUntil === undefined) return undefined;
      until = Math.min(until, restsUntil);
    }
    return until;
  }
}

function timeout(run: RunParts, node: number, expired = true): Latch {
  return { mode: 'abort', why: 'timeout', reason: run.abortReason(node, expired) };
}

function latchOf({ kernel, plan }: RunParts, node: number): Latch | undefined {
  return kernel.latchOf(plan.template.regionOf[node] as number);
}
