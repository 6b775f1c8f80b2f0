import type { Clock } from '../clock.ts';
import type { RunEvent, RunEventName, RunEventOf } from '../define/events.ts';
import type { RunOutcome } from '../define/outcome.ts';
import type { Region, TemplateStep } from '../graph/template.ts';
import type { RunEvents } from './events.ts';
import { FIRST_OUTCOME } from './kernel/cells.ts';
import { PASSED, STARTED } from './kernel/history.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Latch } from './kernel/latches.ts';
import { outcomeOf, processStatusOf } from './outcomes.ts';
import { reportProblem } from './problems.ts';
import type { RunSettings } from './run-settings.ts';
import type { Surroundings } from './surroundings.ts';

/** What events are made of. */
interface Reported {
  readonly id: string;
  readonly kernel: Kernel;
  readonly settings: RunSettings;
  readonly around: Surroundings;
  readonly isOver: boolean;
  readonly endings: { readonly uncalled: { has(node: number): boolean } };
}

/** Turns what the kernel did into events. There is one only for runs with a listener (law K10). */
export class Reporter {
  readonly #kernel: Kernel;
  readonly #run: Reported;
  readonly #clock: Clock;
  readonly #id: string;
  readonly #flow: string;
  readonly #steps: readonly TemplateStep[];
  /** What the paths begin with, if not with the names of processes. */
  readonly #place: string | undefined;
  readonly #events: RunEvents;
  readonly #isPart: boolean;
  /** How many steps of each process have no outcome yet. */
  readonly #left: number[];
  /** How far the kernel's history has been reported. */
  #seen: number;
  /** When the last step ended. */
  #endedAt = NaN;
  /** The wall time, as long as nothing but listeners ran since it was read: reading the clock costs more than a step. */
  #moment = NaN;

  /** @param isPart - whether the run is part of another one, which tells of its own processes and its end */
  constructor(run: Reported, events: RunEvents, isPart = false) {
    this.#isPart = isPart;
    const { kernel } = run;
    this.#run = run;
    this.#id = run.id;
    this.#clock = run.settings.clock;
    this.#kernel = kernel;
    this.#flow = kernel.template.flow;
    this.#steps = kernel.template.steps;
    this.#place = kernel.place;
    this.#events = events;
    this.#left = kernel.template.blanks.left.slice();
    for (let node = 0; kernel.left < kernel.template.workCount && node < kernel.template.workCount; node++) {
      if (kernel.state(node) >= FIRST_OUTCOME) this.#countEnd(kernel.template.regionOf[node] as number);
    }
    this.#seen = kernel.history.length;
    if (this.#seen > 0) kernel.closed = undefined;
  }

  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** When the last step ended; `undefined` when none has. */
  get lastEndAt(): number | undefined {
    return Number.isNaN(this.#endedAt) ? undefined : this.#endedAt;
  }

  /** Reports the start, and the end of processes without steps. */
  runStarted(at: number): void {
    if (this.#events.hears('run-started')) this.#events.emit({ type: 'run-started', runId: this.#id, flow: this.#flow, at });
    const { left } = this.#kernel.template.blanks;
    for (let region = 1; region < left.length; region++) if (left[region] === 0) this.#processEnded(region, at);
  }

  /** Whether there is something to tell before this entry of the history. */
  isBehind(until: number): boolean {
    return this.#seen < until;
  }

  stepStarted(node: number, attempt: number): void {
    const moment = this.#moment;
    this.#moment = NaN;
    const step = this.#steps[node];
    if (step === undefined || !this.#events.hears('step-started')) return;
    const at = Number.isNaN(moment) ? this.#time() : moment;
    const path = this.#place === undefined ? step.path : this.#kernel.pathAt(node);
    this.#events.emit({ type: 'step-started', runId: this.#id, flow: this.#flow, at, path, process: step.process, step: step.name, attempt });
  }

  stepRetrying(node: number, attempt: number, error: Error, retryAt: number): void {
    const step = this.#steps[node];
    if (step === undefined || !this.#events.hears('step-retrying')) return;
    const path = this.#place === undefined ? step.path : this.#kernel.pathAt(node);
    const at = this.#time();
    this.#events.emit({ type: 'step-retrying', runId: this.#id, flow: this.#flow, at, path, process: step.process, step: step.name, attempt, error, retryAt: Math.floor(retryAt) });
  }

  /**
   * Reports the regions that were closed and the steps that ended since the last call, and the processes that ended with them.
   *
   * @param now - the wall time, or NaN
   * @param until - how much of the history may be told
   */
  flush(now: number, until: number = this.#kernel.history.length): void {
    const { history } = this.#kernel;
    this.#moment = now;
    while (this.#seen < until) {
      if (this.#kernel.closed !== undefined) this.#regionsClosed();
      const entry = history.entries[this.#seen++] as number;
      if ((entry & 3) !== STARTED) this.#ended(entry >> 2, (entry & 3) === PASSED);
    }
    if (this.#kernel.closed !== undefined) this.#regionsClosed();
  }

  #ended(node: number, passed: boolean): void {
    if (Number.isNaN(this.#moment)) this.#moment = this.#time();
    this.#endedAt = this.#moment;
    const attempt = this.#kernel.attempt(node);
    const unmade = passed || (this.#kernel.template.chains !== undefined && this.#run.endings.uncalled.has(node));
    this.#stepEnded(node, unmade ? attempt - 1 : attempt);
    const region = this.#kernel.template.regionOf[node] as number;
    if (this.#countEnd(region) === 0 && region > 0) this.#processEnded(region, this.#endedAt);
  }

  /** Reports the regions that were closed before the next entry of the history. */
  #regionsClosed(): void {
    const closed = this.#kernel.closed ?? [];
    const later = closed.filter(({ at }) => at > this.#seen);
    this.#kernel.closed = later.length === 0 ? undefined : later;
    for (const { region, latch, at } of closed) if (at <= this.#seen) this.#regionClosed(region, latch);
  }

  paused(region: number, paused: boolean): void {
    const type = paused ? 'run-paused' : 'run-resumed';
    if (!this.#events.hears(type)) return;
    this.#events.emit({ type, runId: this.#id, flow: this.#flow, at: this.#time(), process: this.#process(region) });
  }

  runEnded(status: RunOutcome, at: number): void {
    if (this.#events.hears('run-ended')) this.#events.emit({ type: 'run-ended', runId: this.#id, flow: this.#flow, at, status });
  }

  /** Who is told of problems outside the steps; nobody after the end, because `run-ended` is the last event. */
  get problemListeners(): RunEvents | undefined {
    return !this.#run.isOver && this.#events.hears('internal-error') ? this.#events : undefined;
  }

  #stepEnded(node: number, attempts: number): void {
    const step = this.#steps[node];
    if (step === undefined || !this.#events.hears('step-ended')) return;
    const path = this.#place === undefined ? step.path : this.#kernel.pathAt(node);
    const outcome = outcomeOf(this.#kernel, node);
    this.#events.emit({ type: 'step-ended', runId: this.#id, flow: this.#flow, at: this.#endedAt, path, process: step.process, step: step.name, outcome, attempts });
  }

  #regionClosed(region: number, { mode, reason }: Latch): void {
    if (this.#isPart || !this.#events.hears('run-stopping')) return;
    const runId = this.#id;
    const flow = this.#flow;
    this.#events.emit({ type: 'run-stopping', runId, flow, at: this.#time(), process: this.#process(region), mode, reason });
  }

  #processEnded(region: number, at: number): void {
    if (this.#isPart || !this.#events.hears('process-ended')) return;
    const { name: process } = this.#kernel.template.regions[region] as Region; // every step has its region
    const status = processStatusOf(this.#kernel, region);
    this.#events.emit({ type: 'process-ended', runId: this.#id, flow: this.#flow, at, process, status });
  }

  #countEnd(region: number): number {
    return (this.#left[region] = (this.#left[region] as number) - 1);
  }

  /** A listener can never change a run (law K8). */
  listenerFailed(error: Error, during: RunEvent): void {
    const path = 'path' in during ? during.path : undefined;
    const listeners = during.type === 'internal-error' || during.type === 'run-ended' ? undefined : this.problemListeners;
    reportProblem(this.#run, listeners, 'listener', error, path);
  }

  #process(region: number): string | undefined {
    return region === 0 ? undefined : this.#kernel.template.regions[region]?.name;
  }

  #time(): number {
    return this.#clock.now();
  }
}
