import type { WorkedOutcome } from '../../define/callbacks.ts';
import type { Outcome } from '../../define/outcome.ts';
import type { ForEachSpec, RoleFunction } from '../../define/spec.ts';
import type { StepFailure } from '../../define/run.ts';
import { Handle } from '../../define/handle.ts';
import { shown } from '../../define/shown.ts';
import { FlowError } from '../../errors.ts';
import type { Context } from '../context.ts';
import type { Latch } from '../kernel/latches.ts';
import type { PastWork } from '../restored.ts';
import { errorOf } from '../thrown.ts';
import type { WorkHost } from '../work-host.ts';
import { CompositeWork } from './composite-work.ts';
import { ItemKeys } from './item-keys.ts';
import { ItemSource } from './item-source.ts';
import type { Opening } from './opening.ts';

/** How many items are started before those that have ended are closed: a body takes some kilobytes, and sync ones end at once. */
const startedAtOnce = 64;

type Failed = Extract<WorkedOutcome, { readonly status: 'failed' }>;

/** A run of the body for one item. */
interface ItemOpening extends Opening {
  readonly index: number;
}

/** A body for each item: at most so many at once, each started in the order of the items. */
export class ForEachWork extends CompositeWork {
  readonly #spec: ForEachSpec;
  readonly #keys: ItemKeys;
  /** The items that have not started; those that have are given up. */
  readonly #items: unknown[] = [];
  readonly #ends: (WorkedOutcome | undefined)[] = [];
  /** What failed in items, by their places. */
  readonly #failures: (readonly StepFailure[] | undefined)[] = [];
  #next = 0;
  #isLast = false;
  /** The rest of an async iterable. */
  #source: ItemSource | undefined = undefined;
  #failed: Failed | undefined = undefined;
  /** How items ended before the run was interrupted, by key. */
  #past: ReadonlyMap<string, WorkedOutcome> = new Map();
  #limit: number;
  /** Whether it goes on with starting items when those that were started have begun. */
  #isStarting = false;

  constructor(host: WorkHost, node: number, s: Context, spec: ForEachSpec) {
    super(host, node, s);
    this.#spec = spec;
    this.#keys = new ItemKeys(spec.key, host.kernel.pathAt(node));
    this.#limit = spec.concurrency ?? Infinity;
  }

  protected start(past: PastWork | undefined): void {
    this.#past = past?.ends ?? new Map();
    const { items } = this.#spec;
    try {
      if (past !== undefined && (past.keys.length > 0 || past.isExpanded)) this.#goOn(past);
      else if (typeof items === 'function') this.ask(items, [0], (answer) => this.#given(answer, 0));
      else this.#expand(this.#known(items), false);
    } catch (error) {
      this.end({ status: 'failed', error: errorOf(error) });
    }
  }

  /** The items of a list, or of the value of a step: they can be had again, and need not be recorded. */
  #known(items: Exclude<ForEachSpec['items'], RoleFunction>): readonly unknown[] {
    return Symbol.iterator in items ? [...items] : this.#listOf(this.s.result(new Handle(items)));
  }

  #listOf(given: unknown): readonly unknown[] {
    if (typeof given === 'object' && given !== null && Symbol.iterator in given) return [...(given as Iterable<unknown>)];
    throw new FlowError('not-iterable', `the items of step '${this.host.kernel.pathAt(this.node)}' are ${shown(given)}; give a list, an iterable or an async iterable`);
  }

  /** Goes on with items whose keys are recorded. */
  #goOn(past: PastWork): void {
    const { items } = this.#spec;
    past.keys.forEach((key) => this.#keys.recall(key));
    const known = past.items ?? (typeof items === 'function' ? [] : this.#known(items));
    this.#items.push(...known.slice(0, past.keys.length));
    this.#isLast = past.isExpanded;
    if (!past.isExpanded) this.#limit = this.#spec.concurrency ?? 1;
    const failed = this.#spec.isCollecting ? undefined : past.keys.map((key) => past.ends.get(key)).find((end): end is Failed => end?.status === 'failed');
    if (failed !== undefined) this.#endOthers(failed, past);
    else this.#fill();
  }

  /** An item had failed: those that were at work beside it are to end, too. */
  #endOthers(failed: Failed, { keys, failures }: PastWork): void {
    keys.forEach((key, index) => {
      this.#ends[index] = this.#past.get(key);
      this.#failures[index] = failures?.get(key);
      if (this.#ends[index] === undefined && this.#hasBegun(key)) this.#open(index, key, this.#items[index]);
    });
    this.#fail(failed);
  }

  /** @param from - how many items are known already */
  #given(answer: unknown, from: number): void {
    try {
      if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer) {
        this.#limit = this.#spec.concurrency ?? 1;
        this.#source = new ItemSource(answer as AsyncIterable<unknown>, this.#spec.isResumed ? 0 : from);
        this.#fill();
      } else {
        const list = this.#listOf(answer);
        this.#expand(from === 0 || this.#spec.isResumed ? list : list.slice(from), true);
      }
    } catch (error) {
      this.#fail({ status: 'failed', error: errorOf(error) });
    }
  }

  #expand(list: readonly unknown[], isRecorded: boolean): void {
    const from = this.#keys.count;
    const keys = list.map((item, at) => this.#keys.add(item, from + at));
    const used = this.host.journal?.expanded(this.node, from, keys, isRecorded ? list : undefined, true) ?? list;
    for (const item of used) this.#items.push(item);
    this.#isLast = true;
    this.#fill();
  }

  /** Starts as many items as may be at work, and takes more where there are none left. */
  #fill(): void {
    if (this.#isStarting) return;
    for (let started = 0; this.#next < this.#items.length && this.open < this.#limit && this.#failed === undefined && !this.isOver; ) {
      const key = this.#keys.at(this.#next);
      if (this.latch !== undefined && !this.#hasBegun(key)) break;
      if (started === startedAtOnce) return this.#fillLater(); // those that were started are still open then, so that nothing takes it for over
      const index = this.#next++;
      const item = this.#items[index];
      this.#items[index] = undefined;
      this.#ends[index] = this.#past.get(key);
      if (this.#ends[index] !== undefined) continue;
      started++;
      this.#open(index, key, item);
    }
    if (this.#next === this.#items.length && !this.#isLast && this.#failed === undefined) this.#pull();
    else if (this.open === 0 && (this.#isLast || this.#failed !== undefined) && !this.#isCut) this.#finish();
  }

  #fillLater(): void {
    this.#isStarting = true;
    this.host.whole.agenda.add(() => {
      this.#isStarting = false;
      this.#fill();
    });
  }

  /** Whether an item was at work before the run went on: a stop lets it end. */
  #hasBegun(key: string): boolean {
    const { host } = this;
    return this.#past.has(key) || host.restored?.inside(`${host.kernel.pathAt(this.node)}/${key}`, host.plan.ofBody(this.#spec.body)) !== undefined;
  }

  /** Whether a stop has kept items from ending by themselves. */
  get #isCut(): boolean {
    return this.latch !== undefined && this.#failed === undefined && (this.#next < this.#items.length || this.#ends.some((end) => end?.status === 'stopped'));
  }

  #open(index: number, key: string, item: unknown): void {
    const { body } = this.#spec;
    const tokens = new Map<object, unknown>([[body.item, item], [body.index, index]]);
    const suffix = `/${key}`;
    const opening: ItemOpening = { plan: this.host.plan.ofBody(body), body, suffix, keySuffix: suffix, tokens, index, turn: this.#isLast ? 0 : index };
    this.run(opening);
  }

  /** Takes the next item of an async iterable, when there is room for it. */
  #pull(): void {
    const source = this.#source;
    const { items } = this.#spec;
    if (this.asking > 0 || this.open >= this.#limit || this.latch !== undefined) return;
    const known = this.#keys.count;
    const failed = (error: Error): void => this.#fail({ status: 'failed', error });
    if (source !== undefined) this.askAlong(() => source.next(), [], (answer) => this.#pulled(answer as IteratorResult<unknown>), failed);
    else if (typeof items === 'function') this.ask(items, [known], (answer) => this.#given(answer, known), failed); // it goes on after an interruption
  }

  #pulled({ done, value }: IteratorResult<unknown>): void {
    try {
      const from = this.#keys.count;
      const keys = done === true ? [] : [this.#keys.add(value, from)];
      const used = this.host.journal?.expanded(this.node, from, keys, done === true ? [] : [value], done === true);
      if (done === true) this.#isLast = true;
      else this.#items.push(used === undefined ? value : used[0]);
      this.#fill();
    } catch (error) {
      this.#fail({ status: 'failed', error: errorOf(error) });
    }
  }

  protected override closed(end: WorkedOutcome, opening: Opening): void {
    const { index } = opening as ItemOpening; // nothing else is opened here
    const failures = this.inside?.failures;
    const kept = this.host.journal?.itemEnded(this.node, this.#keys.at(index), end, failures) ?? end;
    this.#ends[index] = kept;
    if (kept.status === 'failed' && !this.#spec.isCollecting) {
      this.#failures[index] = failures;
      this.#fail(kept);
    } else {
      this.#fill();
    }
  }

  /** The first failure, of an item or of the iterable, ends what is at work. */
  #fail(end: Failed): void {
    if (this.#failed === undefined) {
      this.#failed = end;
      const latch: Latch = { mode: 'abort', why: 'failure', reason: end.error };
      this.stopOthers(latch);
    }
    this.#fill();
  }

  #finish(): void {
    const item = this.#spec.isCollecting ? undefined : this.#ends.find((end): end is Failed => end?.status === 'failed');
    const failed = item ?? this.#failed;
    if (failed !== undefined) this.#endFailed(failed);
    else this.end({ status: 'succeeded', value: this.#ends.map((end) => (this.#spec.isCollecting ? (end as Outcome) : valueOf(end))) });
  }

  #endFailed(failed: Failed): void {
    this.inside = { error: failed.error, failures: this.#failures.flatMap((failures) => failures ?? []) };
    this.end(failed);
  }

  protected override leave(): void {
    this.#source?.close((error) => this.host.problem('late-step', error, this.host.kernel.pathAt(this.node)));
  }
}

function valueOf(end: WorkedOutcome | undefined): unknown {
  return end?.status === 'succeeded' ? end.value : undefined;
}
