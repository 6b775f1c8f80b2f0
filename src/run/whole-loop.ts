import type { RunEvent } from '../define/events.ts';
import { Agenda } from './agenda.ts';
import type { ListenerErrors, RunEvents } from './events.ts';
import type { Gate } from './gate.ts';
import type { Inbox } from './inbox.ts';
import type { Journal } from './journal.ts';
import type { Plan } from './plan.ts';
import type { Reporter } from './reporter.ts';
import { RunLoop } from './run-loop.ts';
import type { RunSettings } from './run-settings.ts';
import type { Surroundings } from './surroundings.ts';
import type { Touched, WholeRun } from './work-host.ts';
import { WriteAhead } from './write-ahead.ts';

/** The loop of a whole run, with the scopes inside of it: does nothing before what leads to it is recorded, if it is recorded. */
export abstract class WholeLoop extends RunLoop implements WholeRun, ListenerErrors {
  leftBehind: string[] | undefined = undefined;
  override journal: Journal | undefined = undefined;
  gate: Gate | undefined = undefined;
  /** Keeps work back until what leads to it is recorded. */
  #ahead: WriteAhead | undefined = undefined;
  /** Is told when nothing more is done for now. */
  onRest: (() => void) | undefined = undefined;
  /** How many nodes at work wait for a row to be kept, each with a slot of the registry. */
  #held = 0;
  #agenda: Agenda | undefined = undefined;
  /** The scopes inside of it that have something to do before the next row. */
  readonly #touched: Set<Touched> | undefined;

  abstract get inbox(): Inbox;
  abstract get events(): RunEvents | undefined;

  constructor(plan: Plan, around: Surroundings, settings: RunSettings) {
    super(plan, around, settings);
    this.#touched = plan.template.composites && new Set();
  }

  get whole(): this {
    return this;
  }

  get isAhead(): boolean {
    return this.#ahead !== undefined;
  }

  get agenda(): Agenda {
    return (this.#agenda ??= new Agenda(this.settings.turns, this.isAhead, () => this.pump()));
  }

  /**
   * From now on the run is recorded.
   *
   * @param isAhead - whether nothing is done before what leads to it is kept; else everything is recorded at the end
   */
  recordTo(journal: Journal, isAhead: boolean): void {
    this.journal = journal;
    if (isAhead) this.#ahead = new WriteAhead(journal, this);
    this.careful = this.policed = true;
  }

  /** Where a node stood whose end nobody may know of yet. */
  ending(node: number): 'running' | 'pending' | undefined {
    return this.#ahead?.ending(node);
  }

  hold(work: () => void): void {
    if (this.#ahead === undefined) work();
    else this.#ahead.hold(work);
  }

  /** The same for a node that is at work: it has a slot of the registry, which is given back if the work is never done. */
  holdAtWork(work: () => void): void {
    this.#held++;
    this.hold(() => {
      this.#held--;
      work();
    });
  }

  /** The same for a node that is to start, which is what happens most. */
  protected override holdStart(node: number): void {
    if (this.#ahead === undefined) {
      this.endings.start(node);
      return;
    }
    this.#held++;
    this.#ahead.hold(node);
  }

  #startHeld(node: number): void {
    this.#held--;
    this.endings.start(node);
  }

  touch(scope: Touched): void {
    this.#touched?.add(scope);
  }

  protected advance(): void {
    if (this.#ahead === undefined) this.startReady();
    else this.#advanceAhead(this.#ahead);
  }

  /** The same for a run that is recorded: does what may be done by now, then takes everything that is ready, to be called when that is kept. */
  #advanceAhead(ahead: WriteAhead): void {
    do {
      for (let work = ahead.next(); work !== undefined; work = ahead.next()) {
        if (typeof work === 'number') this.#startHeld(work);
        else work();
        if (this.isSpent()) break;
      }
      this.takeAhead();
      this.abortSteps();
      if (this.#touched !== undefined) this.#settleScopes(this.#touched);
      if (this.kernel.left === 0 && this.resources === undefined) this.over(); // in the row of the last outcome
      else ahead.flush();
    } while (!this.isYielding && ahead.isReady); // what nothing new led to may be done at once
  }

  /** Lets the bodies of composite steps go on, until nothing changes before the next row. */
  #settleScopes(touched: Set<Touched>): void {
    while (touched.size > 0 || this.#agenda?.isEmpty === false) {
      for (const scope of touched) {
        touched.delete(scope);
        scope.settle();
      }
      if (this.#agenda?.isEmpty !== false) continue;
      this.#agenda.run();
      this.takeAhead();
      this.abortSteps();
      if (!this.#agenda.isEmpty) return; // it goes on after a turn
    }
  }

  /** When it goes on by itself, if nothing is at work and nothing is to be done. */
  override get restsUntil(): number | undefined {
    return this.#ahead?.isReady === true || this.#agenda?.isEmpty === false ? undefined : super.restsUntil;
  }

  protected rest(): void {
    this.comeToRest();
    if (this.onRest !== undefined && (this.kernel.timers ?? this.plan.template.composites) !== undefined) this.onRest();
  }

  /** Whether everything was done that could be done at once. */
  protected get isQuiet(): boolean {
    return !this.isPumping && !this.isYielding && this.#ahead?.isReady !== true && this.#agenda?.isEmpty !== false;
  }

  protected tellOfStart(reporter: Reporter): void {
    this.hold(() => reporter.runStarted(this.startedAt));
  }

  listenerFailed(error: Error, during: RunEvent): void {
    this.reporter?.listenerFailed(error, during);
  }

  protected tell(now: number): void {
    if (this.#ahead === undefined) this.reporter?.flush(now);
    else this.#ahead.tell(this.reporter, now);
  }

  /** Does something when everything is recorded, and the run is over. */
  protected whenRecorded(go: () => void): void {
    if (this.#ahead !== undefined) {
      this.#ahead.hold(go);
      this.#ahead.flush();
    } else if (this.journal?.commit(go) !== true) {
      go();
    }
  }

  /** What is held back is not done any more. */
  protected letGo(): void {
    for (; this.#held > 0; this.#held--) this.around.slots?.release();
  }
}
