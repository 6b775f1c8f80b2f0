import { TimeoutError } from '../errors.ts';
import type { TemplateStep } from '../graph/template.ts';
import type { Alarm } from './alarm.ts';
import { askedDelayMs } from './backoff.ts';
import { PARKED } from './kernel/cells.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Restored } from './restored.ts';

/** Retries and timeouts of one run: sets their timers and remembers what they need. There is one only where a flow has any. */
export class Attempts {
  readonly #kernel: Kernel;
  readonly #random: () => number;
  readonly #firstStarts = new Map<number, number>();
  readonly #timeouts = new Map<number, TimeoutError>();
  readonly #retriesAt = new Map<number, number>();
  readonly #deadlines = new Map<number, number>();
  readonly #regions = new Set<number>();
  #crashes: ReadonlyMap<number, number> | undefined = undefined;

  constructor(kernel: Kernel, random: () => number) {
    this.#kernel = kernel;
    this.#random = random;
  }

  /** The run begins: its time runs. */
  begin(flowTimeoutMs: number | undefined, alarm: Alarm): void {
    if (flowTimeoutMs !== undefined) this.#kernel.setTimer(alarm.now() + flowTimeoutMs, { kind: 'region', region: 0 });
  }

  /** Goes on with a run that was recorded: downtime counts, but not the time before a recovery. */
  recall({ timedFrom, crashes, past }: Restored, flowTimeoutMs: number | undefined): void {
    this.#crashes = crashes;
    if (flowTimeoutMs !== undefined) this.#kernel.setTimer(timedFrom + flowTimeoutMs, { kind: 'region', region: 0 });
    const { regions, regionOf, stepCount } = this.#kernel.template;
    const firstStarts: (readonly [node: number, startedAt: number])[] = [];
    for (const { node, since } of past.nodes) if (since !== undefined && node < stepCount && since >= timedFrom) firstStarts.push([node, since]);
    for (const [node, startedAt] of firstStarts.sort(([, a], [, b]) => a - b)) {
      this.#firstStarts.set(node, startedAt);
      this.#time(regionOf[node] as number, regions[regionOf[node] as number]?.timeoutMs, startedAt);
    }
    for (const { node, state, retryAt } of past.nodes) if (state === PARKED) this.#retriesAt.set(node, retryAt);
  }

  /** An attempt starts: its time runs, and that of its process when it is the first step. */
  start(node: number, attempt: number, step: TemplateStep, alarm: Alarm): void {
    const { region, retry, timeoutMs } = step;
    const processTimeoutMs = this.#kernel.template.regions[region]?.timeoutMs;
    if (retry === undefined && timeoutMs === undefined && processTimeoutMs === undefined) return;
    const startedAt = alarm.now();
    if (!this.#firstStarts.has(node)) this.#firstStarts.set(node, startedAt);
    this.#timeouts.delete(node);
    this.#retriesAt.delete(node);
    if (timeoutMs !== undefined) {
      const isOne = this.#kernel.template.composites?.[node] !== undefined; // a composite step has one attempt, however often it goes on
      const from = isOne ? (this.#firstStarts.get(node) ?? startedAt) : startedAt;
      this.#deadlines.set(node, from + timeoutMs);
      this.#kernel.setTimer(from + timeoutMs, { kind: 'timeout', node, attempt });
    }
    this.#time(region, processTimeoutMs, startedAt);
  }

  /**
   * An attempt failed: tries again if policy, predicate and stops allow it. Returns when, or `undefined`.
   *
   * @param wrong - is told what a `when` predicate or a source of randomness threw; it then counts as no
   */
  retry(node: number, attempt: number, { retry }: TemplateStep, error: Error, alarm: Alarm, wrong: (thrown: unknown) => void): number | undefined {
    if (retry === undefined || this.#kernel.isClosed(node)) return undefined;
    const failedAt = alarm.now();
    const lost = this.#crashes?.get(node) ?? 0;
    const elapsedMs = failedAt - (this.#firstStarts.get(node) ?? failedAt);
    const delayMs = askedDelayMs(retry, { error, attempt, lost, elapsedMs }, this.#random, wrong);
    if (delayMs === undefined || this.#kernel.isClosed(node)) return undefined;
    const retryAt = Math.floor(failedAt + delayMs);
    this.#retriesAt.set(node, retryAt);
    this.#kernel.retry(node, delayMs === 0 ? undefined : failedAt + delayMs);
    return retryAt;
  }

  /** Whether the time of the attempt at work is up although no timer could say so, because the step kept the event loop. */
  isLate(node: number, alarm: Alarm): boolean {
    const deadline = this.#deadlines.get(node);
    return deadline !== undefined && alarm.now() > deadline;
  }

  /** The same for a composite step that goes on: at that very moment nothing more of it starts. */
  isUp(node: number, alarm: Alarm): boolean {
    const deadline = this.#deadlines.get(node);
    return deadline !== undefined && alarm.now() >= deadline;
  }

  /** The error of the attempt whose time is up; the reason of its signal is the same object. */
  timeout(node: number, step: TemplateStep): TimeoutError {
    const known = this.#timeouts.get(node) ?? new TimeoutError(`step '${this.#kernel.pathAt(node)}'`, step.timeoutMs ?? 0);
    this.#timeouts.set(node, known);
    return known;
  }

  retryAt(node: number): number {
    return this.#retriesAt.get(node) ?? 0;
  }

  /** The time of a process runs, from its first step on. */
  #time(region: number, timeoutMs: number | undefined, startedAt: number): void {
    if (timeoutMs === undefined || this.#regions.has(region)) return;
    this.#regions.add(region);
    this.#kernel.setTimer(startedAt + timeoutMs, { kind: 'region', region });
  }
}
