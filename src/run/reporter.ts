import type { EventBase, InternalError, RunEvent, RunEventName, RunEventOf, StepEventBase } from '../define/events.ts';
import type { RunOutcome } from '../define/outcome.ts';
import type { Alarm } from './alarm.ts';
import { RunEvents } from './events.ts';
import { FIRST_OUTCOME } from './kernel/cells.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { Latch } from './kernel/latches.ts';
import { outcomeOf, statusOf } from './outcomes.ts';
import type { Surroundings } from './surroundings.ts';

/** What events are made of. */
interface Reported {
  readonly id: string;
  readonly kernel: Kernel;
  readonly alarm: Alarm;
  readonly around: Surroundings;
}

/** Turns what the kernel did into events. There is one only for runs with a listener (law K10). */
export class Reporter {
  readonly #kernel: Kernel;
  readonly #run: Reported;
  readonly #events: RunEvents;
  /** How many steps of each process have no outcome yet. */
  readonly #left: number[];
  /** The steps that have started. */
  readonly #begun: Set<number>;

  constructor(run: Reported) {
    const { kernel } = run;
    this.#run = run;
    this.#kernel = kernel;
    this.#events = new RunEvents((error, during) => this.#listenerFailed(error, during));
    this.#left = kernel.template.regions.map(() => 0);
    kernel.template.regionOf.forEach((region, node) => {
      if (kernel.state(node) < FIRST_OUTCOME) this.#left[region] = (this.#left[region] as number) + 1;
    });
    this.#begun = new Set(kernel.history.log.filter((entry) => entry >= 0));
    kernel.ended = [];
  }

  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void {
    return this.#events.on(name, listener);
  }

  runStarted(): void {
    if (this.#events.hears('run-started')) this.#events.emit({ type: 'run-started', ...this.#base() });
  }

  stepStarted(node: number, attempt: number): void {
    this.#begun.add(node);
    if (this.#events.hears('step-started')) this.#events.emit({ type: 'step-started', ...this.#stepBase(node), attempt });
  }

  stepRetrying(node: number, attempt: number, error: Error, retryAt: number): void {
    if (this.#events.hears('step-retrying')) this.#events.emit({ type: 'step-retrying', ...this.#stepBase(node), attempt, error, retryAt });
  }

  /** Reports the regions that were closed and the steps that ended since the last call, and the processes that ended with them. */
  flush(): void {
    const { ended, closed } = this.#kernel;
    if (closed !== undefined) {
      this.#kernel.closed = undefined;
      for (const { region, latch } of closed) this.#closed(region, latch);
    }
    if (ended === undefined || ended.length === 0) return;
    this.#kernel.ended = [];
    for (const node of ended) {
      if (this.#events.hears('step-ended')) {
        const attempts = this.#begun.has(node) ? this.#kernel.attempt(node) : 0;
        this.#events.emit({ type: 'step-ended', ...this.#stepBase(node), outcome: outcomeOf(this.#kernel, node), attempts });
      }
      const region = this.#kernel.template.regionOf[node] as number;
      const left = (this.#left[region] as number) - 1;
      this.#left[region] = left;
      if (left === 0) this.#processEnded(region);
    }
  }

  paused(region: number, paused: boolean): void {
    const type = paused ? 'run-paused' : 'run-resumed';
    if (this.#events.hears(type)) this.#events.emit({ type, ...this.#base(), process: this.#process(region) });
  }

  #closed(region: number, { mode, reason }: Latch): void {
    if (this.#events.hears('run-stopping')) this.#events.emit({ type: 'run-stopping', ...this.#base(), process: this.#process(region), mode, reason });
  }

  runEnded(status: RunOutcome): void {
    if (this.#events.hears('run-ended')) this.#events.emit({ type: 'run-ended', ...this.#base(), status });
  }

  /** Reports a problem outside the steps; to the logger when nobody listens. */
  problem(stage: InternalError['stage'], error: Error, path: string | undefined): void {
    if (this.#events.hears('internal-error')) this.#events.emit({ type: 'internal-error', ...this.#base(), stage, error, path });
    else this.#run.around.logger.warn({ error, stage, path, runId: this.#run.id }, error.message);
  }

  #processEnded(region: number): void {
    const { name } = this.#kernel.template.regions[region] as { name: string };
    if (this.#events.hears('process-ended')) {
      this.#events.emit({ type: 'process-ended', ...this.#base(), process: name, status: statusOf(this.#kernel, region) });
    }
  }

  #listenerFailed(error: Error, during: RunEvent): void {
    const path = 'path' in during ? during.path : undefined;
    if (during.type === 'internal-error') this.#run.around.logger.warn({ error, stage: 'listener', path, runId: this.#run.id }, error.message);
    else this.problem('listener', error, path);
  }

  #process(region: number): string | undefined {
    return region === 0 ? undefined : this.#kernel.template.regions[region]?.name;
  }

  #base(): EventBase {
    return { runId: this.#run.id, flow: this.#kernel.template.flow, at: Math.floor(this.#run.alarm.now()) };
  }

  #stepBase(node: number): StepEventBase {
    const { path, process, name } = this.#kernel.template.steps[node] as { path: string; process: string; name: string };
    return { runId: this.#run.id, flow: this.#kernel.template.flow, at: Math.floor(this.#run.alarm.now()), path, process, step: name };
  }
}
