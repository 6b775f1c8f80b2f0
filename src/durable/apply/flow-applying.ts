import type { Applied, AppliedSignal, ApplyOptions, PossibleNext } from '../../define/apply.ts';
import { checkOptionNames, type OptionNames } from '../../define/option-names.ts';
import type { FlowResult } from '../../define/run.ts';
import { shown } from '../../define/shown.ts';
import type { FlowSpec, StepSpec } from '../../define/spec.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { Applying } from '../../run/applying.ts';
import { onAbort } from '../../run/caller-signal.ts';
import type { Message } from '../../run/inbox.ts';
import type { Launcher } from '../../run/launcher.ts';
import type { Plan } from '../../run/plan.ts';
import { checkedMessage } from '../../run/send-signal.ts';
import type { Codec } from '../codec.ts';
import { type Entry, FORMAT, type RecordedOptions } from '../entry.ts';
import { type Fitting, restored } from '../fitting.ts';
import { fold } from '../fold.ts';
import { cursorOf } from '../position/cursor.ts';
import { importedFrom } from '../position/from-stepflow.ts';
import { nextOf } from '../position/next.ts';
import { ScopeView } from '../position/scope-view.ts';
import { completed } from '../position/words.ts';
import { recoveryOf, withEntries } from '../recovery.ts';
import { RunCodec } from '../run-codec.ts';
import { recordedOptions, settingsOf } from '../run-options.ts';
import type { Snapshot } from '../snapshot.ts';
import { advance, type Advanced } from './advance.ts';
import { type AppliedSnapshot, appliedOf, flowSnapshot } from './applied-snapshot.ts';

const optionNames: OptionNames<ApplyOptions<unknown>> = { input: true, signals: true, budget: true, signal: true, runId: true };
const signalNames: OptionNames<AppliedSignal> = { to: true, payload: true, id: true };

/** How many signals that were taken are known by their ids, so that the same one is not received again. */
const mostIds = 256;

/** What a run has received: signals that nobody has taken, and the ids of those that were. */
interface Received {
  readonly messages: readonly Message[];
  readonly known: readonly string[];
}

/** What advancing runs needs. */
export interface ApplyingOptions {
  readonly codec: Codec;
  readonly launcher: Launcher;
  readonly fitting: Fitting;
  readonly now: () => number;
}

/** Advances runs by their snapshots. */
export class FlowApplying implements Applying {
  readonly #options: ApplyingOptions;

  constructor(options: ApplyingOptions) {
    this.#options = options;
  }

  async apply(flow: FlowSpec, given: unknown, options: ApplyOptions<unknown> = {}): Promise<Applied> {
    const { signals = [], budget = 'all' } = checked(options, flow);
    const before = given === null ? undefined : await this.#read(given, flow, options);
    if (before?.state.ended?.s === 'succeeded') return this.#asItIs(flow, before);
    const codec = new RunCodec(this.#options.codec);
    const { messages, known } = await this.#messages(flow, signals, before, codec);
    return before === undefined ? this.#begin(flow, options, budget, messages, codec) : this.#goOn(flow, { ...before, known }, options, messages, codec);
  }

  isCompleted(flow: FlowSpec, given: unknown): boolean {
    if (Array.isArray(given)) return given.length === 1 && given[0] === completed(flow.name);
    return given !== null && appliedOf(given, flow).state.ended?.s === 'succeeded';
  }

  cursor(flow: FlowSpec, given: unknown): readonly string[] {
    return cursorOf(this.#view(flow, given), (step) => this.#calleeOf(step));
  }

  possibleNext(flow: FlowSpec, given: unknown): readonly PossibleNext[] {
    return nextOf(this.#view(flow, given), (step) => this.#calleeOf(step));
  }

  async #begin(flow: FlowSpec, options: ApplyOptions<unknown>, budget: 'one' | 'ready' | 'all', messages: readonly Message[], codec: RunCodec): Promise<Applied> {
    const { launcher, now } = this.#options;
    const { runId, settings, input } = await launcher.checked(flow, options.input, { runId: options.runId, signal: options.signal });
    const run = launcher.reopen(flow, runId, () => settings);
    const first: readonly Entry[] = [this.#created(flow, codec.input(input, flow.name), recordedOptions(settings))];
    const advanced = await advance({ run, codec, state: undefined, past: undefined, first, messages, budget, now, begin: () => run.begin(input) });
    return this.#applied(runId, advanced, messages, [], codec);
  }

  async #goOn(flow: FlowSpec, before: AppliedSnapshot, options: ApplyOptions<unknown>, messages: readonly Message[], codec: RunCodec): Promise<Applied> {
    const { signal, budget = 'all' } = options;
    const { launcher, now } = this.#options;
    const { runId, state } = before;
    const plan = launcher.planOf(flow);
    const at = now();
    const recovery = recoveryOf(state, plan, (called) => launcher.planOf(called), at);
    const { fingerprint } = plan;
    const first: readonly Entry[] = [...recovery, ...(state.fingerprint === fingerprint ? [] : [{ t: 'migrated', fingerprint } as const])];
    const run = launcher.reopen(flow, runId, (defaults) => settingsOf(state.options, runId, defaults));
    const goingOn = restored(runId, withEntries(state, recovery, at), plan, codec);
    const { past } = goingOn;
    run.recall(goingOn);
    let unhook: (() => void) | undefined;
    const begin = (): void => {
      const stop = (reason: unknown): void => run.stop(0, { mode: 'abort', why: 'stop', reason }, run.settings.graceMs);
      unhook = signal && onAbort(signal, stop); // not before it is where it was, because the signal may have aborted
      run.goOn(true);
    };
    try {
      return this.#applied(runId, await advance({ run, codec, state, past, first, messages, budget, now, begin }), messages, before.known, codec);
    } finally {
      unhook?.();
    }
  }

  #applied(runId: string, advanced: Advanced, messages: readonly Message[], known: readonly string[], codec: RunCodec): Applied {
    const { state, left, ...rest } = advanced;
    const signals = left.map(({ id, to, payload }) => ({ id, to, payload: codec.value(payload) }));
    const unread = new Set(left.map(({ id }) => id));
    const taken = messages.flatMap(({ id }) => (unread.has(id) ? [] : [id]));
    const ids = rest.status === 'succeeded' ? [] : withIds(known, taken).slice(-mostIds);
    return { snapshot: flowSnapshot({ runId, state, signals, known: ids }), ...rest };
  }

  #asItIs(flow: FlowSpec, before: AppliedSnapshot): Applied {
    const snapshot = flowSnapshot(before);
    const resultOf = (): FlowResult => this.#resultOf(flow, before);
    return {
      snapshot,
      status: 'succeeded',
      wakeAt: undefined,
      ran: [],
      get result() {
        return resultOf();
      },
    };
  }

  #resultOf(flow: FlowSpec, { runId, state }: AppliedSnapshot): FlowResult {
    const { launcher } = this.#options;
    const run = launcher.reopen(flow, runId, (defaults) => settingsOf(state.options, runId, defaults));
    run.recall(restored(runId, state, launcher.planOf(flow), new RunCodec(this.#options.codec)));
    return run.ended(state.ended?.at ?? state.createdAt);
  }

  async #read(given: unknown, flow: FlowSpec, options: ApplyOptions<unknown>): Promise<AppliedSnapshot> {
    if (Array.isArray(given)) return this.#imported(given, flow, options);
    const read = appliedOf(given, flow);
    const state = await this.#options.fitting.fitted(read.runId, read.state, flow);
    return { ...read, state };
  }

  async #imported(given: readonly unknown[], flow: FlowSpec, options: ApplyOptions<unknown>): Promise<AppliedSnapshot> {
    const { runId, settings, input } = await this.#options.launcher.checked(flow, options.input, { runId: options.runId });
    return this.#stateOf(given, flow, runId, input, recordedOptions(settings));
  }

  #stateOf(given: readonly unknown[], flow: FlowSpec, runId: string, input: unknown, options: RecordedOptions): AppliedSnapshot {
    const codec = new RunCodec(this.#options.codec);
    const at = this.#options.now();
    const { paths, moments } = importedFrom(given, flow, at, { true: codec.value(true), false: codec.value(false) });
    const created = fold([{ seq: 1, at, entries: [this.#created(flow, codec.input(input, flow.name), options)] }]);
    return { runId, state: { ...created, paths, moments }, signals: [], known: [] };
  }

  #created(flow: FlowSpec, input: string, options: RecordedOptions): Extract<Entry, { readonly t: 'created' }> {
    return { t: 'created', flow: flow.name, fingerprint: this.#options.launcher.planOf(flow).fingerprint, format: FORMAT, input, options };
  }

  /** The signals that nobody has taken, and those that come now. */
  async #messages(flow: FlowSpec, given: readonly AppliedSignal[], before: AppliedSnapshot | undefined, codec: RunCodec): Promise<Received> {
    const kept = (before?.signals ?? []).map(({ id, to, payload }) => ({ id, to, payload: codec.decode(payload) }));
    const taken = new Set(before?.known);
    const again: string[] = [];
    const sent: Message[] = [];
    for (const signal of given) {
      if (typeof (signal as unknown) !== 'object' || (signal as unknown) === null) throw new InvalidOptionError('invalid-option', `a signal is ${shown(signal)}; give { to, payload }`);
      checkOptionNames(signal, signalNames, 'a signal');
      const { to, payload, id } = signal;
      const message = await checkedMessage(flow, to, payload, id === undefined ? {} : { id }, this.#options.launcher.ids);
      if (taken.has(message.id)) again.push(message.id);
      else sent.push({ ...message, payload: codec.decode(codec.value(message.payload)) });
    }
    return { messages: [...kept, ...sent], known: withIds(before?.known ?? [], again) };
  }

  #view(flow: FlowSpec, given: unknown): ScopeView {
    const { launcher, codec, now } = this.#options;
    const plan = launcher.planOf(flow);
    if (given === null) return new ScopeView(plan, undefined);
    const { runId, state } = Array.isArray(given) ? this.#stateOf(given, flow, '', undefined, { graceMs: 0 }) : appliedOf(given, flow); // nothing of it runs
    const going = state.ended?.s === 'succeeded' ? state : goingOn(state, plan, (called) => launcher.planOf(called), now());
    return new ScopeView(plan, restored(runId, going, plan, new RunCodec(codec)));
  }

  #calleeOf({ composite }: StepSpec): Plan {
    if (composite?.kind !== 'call') throw new InvalidOptionError('internal', 'internal error: a step that calls no flow was asked for one; please report it');
    return this.#options.launcher.planOf(composite.flow);
  }
}

/** The ids of signals with those that came now as the last ones. */
function withIds(known: readonly string[], now: readonly string[]): readonly string[] {
  if (now.length === 0) return known;
  const last = new Set(now);
  return [...known.filter((id) => !last.has(id)), ...last];
}

/** A run that failed or was stopped stands where it would go on. */
function goingOn(state: Snapshot, plan: Plan, planOf: (flow: FlowSpec) => Plan, at: number): Snapshot {
  return withEntries(state, recoveryOf(state, plan, planOf, at), at);
}

function checked(options: ApplyOptions<unknown>, flow: FlowSpec): ApplyOptions<unknown> {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw new InvalidOptionError('invalid-option', `the options of an apply of flow '${flow.name}' are ${shown(options)}; give an object, or leave them out`);
  }
  checkOptionNames(options, optionNames, 'an apply');
  const { budget, signals, signal } = options;
  if (budget !== undefined && budget !== 'one' && budget !== 'ready' && budget !== 'all') {
    throw new InvalidOptionError('invalid-option', `the budget of an apply is ${shown(budget)}; give 'one', 'ready' or 'all'`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidOptionError('invalid-option', `the signal of an apply is ${shown(signal)}; give an AbortSignal, and what others send in 'signals'`);
  }
  if (signals !== undefined && !Array.isArray(signals)) throw new InvalidOptionError('invalid-option', `the signals of an apply are ${shown(signals)}; give a list`);
  return options;
}
