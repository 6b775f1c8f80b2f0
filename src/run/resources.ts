import type { InternalErrorStage } from '../define/events.ts';
import type { ResourceSpec } from '../define/resource.ts';
import { type Clock, LONGEST_TIMER_MS } from '../clock.ts';
import { FlowError, TimeoutError } from '../errors.ts';
import { attachable } from './attachable.ts';
import type { Attached, ResourceRecord } from './attachment.ts';
import type { ScopeJournal } from './journal.ts';
import { FIRST_OUTCOME } from './kernel/cells.ts';
import type { Kernel } from './kernel/kernel.ts';
import { processStatusOf } from './outcomes.ts';
import type { ProblemDetails } from './problems.ts';
import { ProcessResources } from './process-resources.ts';
import { errorOf } from './thrown.ts';

/** The run that resources belong to. */
export interface ResourceRun {
  readonly kernel: Kernel;
  readonly isOver: boolean;
  /** Records the run, if it is to be recorded. */
  readonly journal?: ScopeJournal | undefined;
  /** The resources of the run, from the first one on. */
  resources: Resources | undefined;
  readonly settings: { readonly clock: Clock };
  problem(stage: InternalErrorStage, thrown: unknown, path: string | undefined, details?: ProblemDetails): void;
  /** Lets the run go on. */
  pump(): void;
}

/** Returns the resources of a run, and makes the list for the first one. */
export function resourcesOf(run: ResourceRun): Resources {
  run.resources ??= new Resources(run);
  return run.resources;
}

/** The resources of one run, by process. There is one only for runs that attach any (law K10). */
export class Resources {
  readonly #run: ResourceRun;
  readonly #processes = new Map<number, ProcessResources>();
  /** How many processes are releasing theirs. */
  #releasing = 0;
  /** Takes back the timer that bounds the releases at work. */
  #unbound: (() => void) | undefined = undefined;
  #givenUp = false;

  constructor(run: ResourceRun) {
    this.#run = run;
  }

  /** Whether there are resources that were not released. */
  get isOpen(): boolean {
    return this.#releasing > 0 || [...this.#processes.values()].some(({ isClosed }) => !isClosed);
  }

  /**
   * Attaches a resource to a process.
   *
   * @param path - the step that asks, if it is one
   */
  attach(region: number, resource: unknown, init: unknown, path?: string): Promise<Attached> {
    try {
      return this.#of(region).attach(resource, init, path);
    } catch (error) {
      return Promise.reject(errorOf(error));
    }
  }

  acquire(region: number, resource: unknown): Attached | undefined {
    return this.#processes.get(region)?.acquire(resource) ?? void attachable(resource);
  }

  /**
   * Releases the resources of the processes whose steps all have their outcomes; those of processes that may go on one day are suspended
   * before. Returns whether releases are at work.
   */
  releaseEnded(): boolean {
    for (const [region, own] of this.#processes) if (!own.isClosed && this.#hasEnded(region, own)) this.#leave(region, own);
    return this.isReleasing;
  }

  /** The run is aborted: it goes on without the hooks that are at work when the grace is over. */
  bound(graceMs: number): void {
    if (this.#releasing === 0 || this.#unbound !== undefined) return;
    this.#unbound = this.#run.settings.clock.setTimer(Math.min(graceMs, LONGEST_TIMER_MS), () => {
      this.#givenUp = true;
      this.#run.problem('resource', new TimeoutError('what releases or initializes a resource', graceMs), undefined);
      this.#run.pump();
    });
  }

  /** Releases the resources of a process, and lets the run go on when that is done. */
  async release(region: number): Promise<void> {
    await this.#hold(this.#processes.get(region)?.release());
  }

  /** Returns what is to be kept of the resources of a process, in the order of attaching, and releases them. */
  async suspend(region: number): Promise<readonly ResourceRecord[]> {
    return (await this.#hold(this.#processes.get(region)?.suspend())) ?? [];
  }

  /**
   * Brings back the resources of a process, before its first step. What a `recover` hook throws is a problem and stops nothing.
   *
   * @param known - resources that are recovered now; the others are when they are attached
   */
  recover(region: number, records: readonly ResourceRecord[], known: readonly ResourceSpec[] = []): Promise<void> {
    return this.#of(region).recover(records, known);
  }

  /** Whether hooks are at work that free resources. */
  get isReleasing(): boolean {
    return this.#releasing > 0 && !this.#givenUp;
  }

  /** The run is put away, and goes on another time: suspends what is attached, and records what it keeps. */
  async suspendOpen(): Promise<void> {
    for (const [region, own] of this.#processes) {
      if (own.isClosed) continue;
      const { hadRecords } = own;
      const records = await this.suspend(region);
      if (hadRecords || records.length > 0) this.#run.journal?.suspended(region, records);
    }
  }

  /** The run goes on elsewhere: what its resources keep is not this process's to say any more. */
  abandon(): void {
    for (const own of this.#processes.values()) void own.release();
  }

  /** A process has ended. What its resources keep replaces what they kept when the run was suspended before. */
  #leave(region: number, own: ProcessResources): void {
    const { journal, kernel } = this.#run;
    if (journal === undefined) {
      void this.release(region);
      return;
    }
    const { hadRecords } = own;
    const kept = processStatusOf(kernel, region) === 'succeeded' ? own.release().then(() => []) : own.suspend();
    void this.#hold(
      kept.then((records) => {
        if (!this.#givenUp && !this.#run.isOver && (hadRecords || records.length > 0)) journal.suspended(region, records);
      }),
    );
  }

  /** Keeps the run from ending until releases are done. */
  async #hold<Done>(releases: Promise<Done> | undefined): Promise<Done | undefined> {
    if (releases === undefined) return undefined;
    this.#releasing++;
    const done = await releases; // what hooks throw has been told, so it never rejects
    this.#releasing--;
    if (this.#releasing === 0) {
      this.#unbound?.();
      this.#unbound = undefined;
    }
    this.#run.pump();
    return done;
  }

  #of(region: number): ProcessResources {
    const known = this.#processes.get(region);
    if (known !== undefined) return known;
    const process = this.#run.kernel.template.regions[region]?.name ?? '';
    if (this.#run.isOver) throw new FlowError('resource-released', `a resource is attached after the run has ended; attach it while process '${process}' is at work`);
    const made = new ProcessResources(process, (action, resource, thrown, path) => this.#run.problem('resource', thrown, path, { process, resource, action }));
    this.#processes.set(region, made);
    if (this.#hasEnded(region, made)) void made.release(); // there is nothing to release, and nothing can be attached any more
    return made;
  }

  /** Outcomes are final, so nothing is looked at twice. */
  #hasEnded(region: number, own: ProcessResources): boolean {
    const { kernel } = this.#run;
    const { regionOf, workCount } = kernel.template;
    while (own.firstOpen < workCount && (regionOf[own.firstOpen] !== region || kernel.state(own.firstOpen) >= FIRST_OUTCOME)) own.firstOpen++;
    return own.firstOpen === workCount;
  }
}
