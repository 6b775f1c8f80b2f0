import type { Template } from '../../src/graph/template.ts';
import type { Latch } from '../../src/run/kernel/latches.ts';
import type { Timer } from '../../src/run/kernel/timers.ts';
import { conclude, type RefNode, type Standing, isFinal, nodesOf } from './reference-node.ts';

/** What the reference needs to know of a run. */
export interface ReferenceOptions {
  readonly limit: number;
  readonly failFast: boolean;
  readonly graceMs: number;
}

const atWork: readonly Standing[] = ['running', 'expired', 'aborted'];

/**
 * The kernel as the rulings say it, slow and plain: after every event everything that can be concluded is concluded again from
 * the edges, until nothing changes. What it does must be what `src/run/kernel` does, event by event.
 */
export class ReferenceKernel {
  readonly nodes: readonly RefNode[];
  /** First starts and outcomes of steps, in order; `passed` is an outcome of a step that was not at work. */
  readonly log: string[] = [];
  readonly paused = new Set<number>();
  aborts: { readonly node: number; readonly expired: boolean }[] = [];
  overdue: number[] = [];
  timers: { readonly at: number; readonly timer: Timer }[] = [];
  readonly template: Template;
  readonly latches = new Map<number, Latch>();
  readonly #options: ReferenceOptions;
  /** Ready steps in the order in which they became so; those of one event by number. */
  #ready: RefNode[] = [];
  /** Whether someone was ever held back: then ready steps go by number, not by arrival (R25). */
  #chosen: boolean;

  constructor(template: Template, options: ReferenceOptions) {
    this.template = template;
    this.#options = options;
    this.nodes = nodesOf(template);
    this.#chosen = this.#limits().some((limit) => limit !== Infinity);
    this.#derive();
  }

  /** The next step that may start, or -1. */
  take(): number {
    const free = this.#ready.filter((node) => [0, node.region].every((region) => !this.paused.has(region) && this.#active(region) < this.#limits()[region]!));
    if (this.#chosen) free.sort((a, b) => a.number - b.number);
    const [node] = free;
    if (node === undefined) return -1;
    this.#ready.splice(this.#ready.indexOf(node), 1);
    node.standing = 'running';
    if (!node.started) this.log.push(`started ${node.number}`);
    node.started = true;
    return node.number;
  }

  succeed(number: number, value: unknown): void {
    this.#end(number, 'succeeded', value);
  }

  fail(number: number, error: unknown, now: number): void {
    this.#end(number, 'failed', error);
    const isOpen = this.nodes.some(({ step, standing }) => step && ['waiting', 'ready', 'running', 'expired', 'aborted', 'parked'].includes(standing));
    if (this.#options.failFast && isOpen) this.latch(0, { mode: 'abort', why: 'failure', reason: error }, now);
  }

  /** It never called its function, so it only passed. */
  skip(number: number, cascade: boolean): void {
    this.#end(number, cascade ? 'passed-on' : 'skipped', undefined, 'passed');
  }

  stopped(number: number): void {
    this.#end(number, 'stopped', this.latchOf(this.#node(number).region)?.reason);
  }

  retry(number: number, at: number | undefined): void {
    const node = this.#node(number);
    node.attempt++;
    node.standing = at === undefined ? 'waiting' : 'parked';
    if (at !== undefined) this.setTimer(at, { kind: 'retry', node: number, attempt: node.attempt });
    this.#derive();
  }

  latch(region: number, latch: Latch, now: number, graceMs: number = this.#options.graceMs): boolean {
    const known = this.latchOf(region);
    if (known !== undefined && (known.mode === 'abort' || latch.mode === 'drain')) return false;
    this.latches.set(region, known === undefined ? latch : { ...known, mode: 'abort' });
    if (region === 0 && latch.mode === 'abort') for (const [process, own] of this.latches) this.latches.set(process, { ...own, mode: 'abort' });
    this.#chosen = true;
    if (region === 0) this.paused.clear();
    else this.paused.delete(region);
    for (const node of this.nodes) {
      if (node.always || !node.step || (region !== 0 && node.region !== region)) continue;
      if (node.standing === 'ready' || node.standing === 'parked') this.#stop(node);
      else if (node.standing === 'running' && latch.mode === 'abort') {
        node.standing = 'aborted';
        this.#abort(node, false, now + graceMs);
      }
    }
    this.#ready = this.#ready.filter((node) => node.standing === 'ready');
    this.#derive();
    return true;
  }

  pause(region: number, paused: boolean): boolean {
    if (this.latchOf(region) !== undefined || this.isOver(region) || this.paused.has(region) === paused) return false;
    this.#chosen = true;
    if (paused) this.paused.add(region);
    else this.paused.delete(region);
    return true;
  }

  /** Rings all timers that are due, by (at, order); what becomes ready by it becomes so at once. */
  wake(now: number): void {
    const before = this.#ready.length;
    for (;;) {
      const next = this.nextTimer;
      if (next > now) break;
      const [entry] = this.timers.splice(this.timers.findIndex(({ at }) => at === next), 1);
      this.#ring(entry!.timer, now);
    }
    this.#sortReady(before);
  }

  setTimer(at: number, timer: Timer): void {
    this.timers.push({ at, timer });
  }

  latchOf(region: number): Latch | undefined {
    return this.latches.get(region) ?? this.latches.get(0);
  }

  isClosed(number: number): boolean {
    const node = this.#node(number);
    return !node.always && this.latchOf(node.region) !== undefined;
  }

  isOver(region: number): boolean {
    return this.nodes.every((node) => !node.step || (region !== 0 && node.region !== region) || isFinal(node));
  }

  get nextTimer(): number {
    return this.timers.reduce((first, entry) => Math.min(first, entry.at), Infinity);
  }

  get left(): number {
    return this.nodes.filter((node) => node.step && !isFinal(node)).length;
  }

  #ring(timer: Timer, now: number): void {
    if (timer.kind === 'region') {
      const own = this.nodes.filter((node) => node.step && (timer.region === 0 || node.region === timer.region));
      if (own.some((node) => !node.always && !isFinal(node))) this.latch(timer.region, { mode: 'abort', why: 'timeout', reason: 'out of time' }, now);
      return;
    }
    const node = this.#node(timer.node);
    if (timer.attempt !== node.attempt) return;
    if (timer.kind === 'retry' && node.standing === 'parked') {
      node.standing = 'waiting';
      this.#derive();
    } else if (timer.kind === 'timeout' && node.standing === 'running') {
      node.standing = 'expired';
      this.#abort(node, true, now + this.#options.graceMs);
    } else if (timer.kind === 'grace' && (node.standing === 'expired' || node.standing === 'aborted')) this.overdue.push(node.number);
  }

  #abort(node: RefNode, expired: boolean, graceEndsAt: number): void {
    this.aborts.push({ node: node.number, expired });
    this.setTimer(graceEndsAt, { kind: 'grace', node: node.number, attempt: node.attempt });
  }

  #stop(node: RefNode): void {
    node.standing = 'stopped';
    node.value = this.latchOf(node.region)?.reason;
    this.log.push(`passed ${node.number}`);
  }

  #end(number: number, standing: Standing, value: unknown, how = 'ended'): void {
    const node = this.#node(number);
    node.standing = standing;
    node.value = value;
    this.log.push(`${how} ${number}`);
    this.#derive();
  }

  /** Concludes whatever can be concluded, again and again. */
  #derive(): void {
    const before = this.#ready.length;
    for (let changed = true; changed; ) {
      changed = false;
      for (const node of this.nodes) {
        if (node.standing !== 'waiting') continue;
        const standing = conclude(node);
        changed ||= standing !== 'waiting';
        if (standing === 'ready' && this.isClosed(node.number)) this.#stop(node);
        else node.standing = standing;
        if (node.standing === 'ready') this.#ready.push(node);
        if (node.step && (standing === 'cancelled' || standing === 'not-taken')) this.log.push(`passed ${node.number}`);
      }
    }
    this.#sortReady(before);
  }

  #sortReady(from: number): void {
    this.#ready.push(...this.#ready.splice(from).sort((a, b) => a.number - b.number));
  }

  #active(region: number): number {
    return this.nodes.filter((node) => atWork.includes(node.standing) && (region === 0 || node.region === region)).length;
  }

  #limits(): readonly number[] {
    return this.template.regions.map(({ limit }, region) => (region === 0 ? Math.min(limit, this.#options.limit) : limit));
  }

  #node(number: number): RefNode {
    return this.nodes[number]!;
  }
}
