import { setImmediate } from 'node:timers/promises';
import type { FlowResult, StepContext } from 'millrace';
import type { Entry, Path, Row } from '../../../src/durable/entry.ts';
import { fold } from '../../../src/durable/fold.ts';
import { jsonCodec } from '../../../src/durable/json-codec.ts';
import { recoveryOf, withEntries } from '../../../src/durable/recovery.ts';
import { restoredOf } from '../../../src/durable/restored-of.ts';
import { rowOf, rowText } from '../../../src/durable/rows.ts';
import { RunCodec } from '../../../src/durable/run-codec.ts';
import { RunJournal, type RowSink } from '../../../src/durable/run-journal.ts';
import { recordedOptions } from '../../../src/durable/run-options.ts';
import type { Snapshot } from '../../../src/durable/snapshot.ts';
import type { StoredRow } from '../../../src/durable/store.ts';
import { FlowRun } from '../../../src/run/flow-run.ts';
import type { RunSettings } from '../../../src/run/run-settings.ts';
import { Turns } from '../../../src/run/turns.ts';
import type { Past as Recalled } from '../../../src/run/kernel/recall.ts';
import type { Draw } from '../../kernel/draw.ts';
import { pick, rarely } from '../../kernel/draw.ts';
import { HandClock } from './hand-clock.ts';
import { Past } from './past.ts';
import type { Place } from './script.ts';
import { checkStates } from './states.ts';
import type { Asked, Called, Keyed, Stage } from './world.ts';

const codec = jsonCodec();

/** What a step sees of the others. */
export interface Seen {
  readonly results: string;
  readonly last: unknown;
}

interface Waiting {
  readonly row: StoredRow;
  readonly kept: () => void;
}

/** One process at work on the run, from its claim to its death or to the end of the run. What it did is known by the rows it kept. */
export class Life implements Called {
  readonly run: FlowRun;
  /** The rows that are kept. */
  readonly rows: StoredRow[];
  readonly facts: Row[];
  readonly problems: string[] = [];
  /** What steps saw when they first started. */
  readonly seen: Map<Path, Seen>;
  readonly #world: Stage;
  readonly #number: number;
  readonly #draw: Draw;
  readonly #clock: HandClock;
  readonly #isWatched: boolean;
  /** What was known when it took over. */
  readonly #past: Past;
  /** The rows that are kept, and those that are to be. */
  #written: StoredRow[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #open: (() => void)[] = [];
  #calls = 0;
  readonly #called = new Map<string, number>();

  /**
   * @param seen - what steps saw when they first started, in the life before
   * @param isWatched - whether each row is checked against the state of the run
   */
  constructor(world: Stage, draw: Draw, rows: readonly StoredRow[], seen: ReadonlyMap<Path, Seen>, isWatched: boolean) {
    this.#world = world;
    this.#draw = draw;
    this.#isWatched = isWatched;
    this.rows = [...rows];
    this.facts = rows.map((row) => rowOf(row));
    this.#past = new Past(this.facts);
    this.seen = new Map([...seen].filter(([path]) => this.#past.hasStarted(path)));
    this.#number = 1 + Math.max(0, ...this.facts.flatMap(({ entries }) => entries.flatMap((entry) => (entry.t === 'claimed' ? [entry.epoch] : []))));
    this.#clock = new HandClock((rows.at(-1)?.at ?? 1_000) + draw(50));
    world.life = this;
    this.run = new FlowRun(world.plan, world.around, this.settings(), 'r-1');
    this.run.done.catch((error: unknown) => this.problems.push(`the run is refused: ${String(error)}`));
    if (rows.length === 0) this.#begin();
    else this.#goOn();
  }

  settings(): RunSettings {
    const { limit, tiered, failFast } = this.#world.script;
    const clock = this.#clock;
    return { runId: 'r-1', signal: undefined, clock, place: undefined, limit, tiered, failFast, finishTier: false, strict: false, flowTimeoutMs: undefined, graceMs: 20, turns: new Turns(clock, 5) };
  }

  get state(): Snapshot {
    return fold(this.facts);
  }

  #begin(): void {
    const { flow } = this.#world.plan.template;
    const options = recordedOptions(this.run.settings);
    this.#record(0, undefined, [{ t: 'created', flow, fingerprint: 'f', format: 1, input: codec.encode('in'), options }, { t: 'claimed', owner: 'life 1', epoch: 1 }]);
    this.run.begin('in');
  }

  /** What `Resuming` does. */
  #goOn(): void {
    this.#keep({ seq: this.rows.length + 1, at: this.#clock.now(), text: rowText([{ t: 'claimed', owner: `life ${this.#number}`, epoch: this.#number }]) });
    const { state } = this;
    const now = this.#clock.now();
    const recovery = recoveryOf(state, this.#world.plan, (flow) => this.#world.planOf(flow), now);
    const begun = withEntries(state, recovery, now);
    const restored = restoredOf(begun, this.#world.plan, new RunCodec(codec));
    this.run.recall(restored);
    this.#record(state.seq, restored.past, recovery);
    this.run.goOn();
  }

  #record(seq: number, past: Recalled | undefined, first: readonly Entry[]): void {
    const { run } = this;
    const recorded = {
      kernel: run.kernel,
      seen: past?.history.length ?? 0,
      codec: new RunCodec(codec),
      seq,
      known: past?.nodes.map(({ node }) => node) ?? [],
      first,
      isKept: true,
      startedAt: () => run.startedAt,
      now: () => this.#clock.now(),
      writesOf: (node: number) => run.writes?.of(node) ?? [],
      problem: (error: Error, path: string) => void this.problems.push(`${path}: ${error.message}`),
    };
    const push: RowSink['push'] = (row, _, kept) => this.#push({ seq: row.seq, at: row.at, text: rowText(row.entries) }, kept);
    run.recordTo(new RunJournal(recorded, { push }), true);
    this.#written = [...this.rows];
  }

  #push(row: StoredRow, kept: () => void): void {
    this.#waiting.push({ row, kept });
    this.#written.push(row);
    if (this.#isWatched) this.problems.push(...checkStates(fold(this.#written.map((one) => rowOf(one))), this.#world, this.run, this.settings(), new RunCodec(codec)).map((problem) => `row ${row.seq}: ${problem}`));
  }

  #keep(row: StoredRow): void {
    this.rows.push(row);
    this.facts.push(rowOf(row));
  }

  /** Lives for some moves, or until the run is over. Returns whether it is. */
  async live(moves = Infinity): Promise<boolean> {
    for (let left = Math.min(moves, 5_000); left > 0; left -= 1) {
      await setImmediate();
      if (this.problems.length > 0) throw new Error(`${this.problems.join('\n')}\n${textOf(this.#written.map((row) => rowOf(row)))}`);
      if (this.run.isOver) return true;
      if (!this.#move()) throw new Error(`nothing can happen any more, and the run is not over\n${textOf(this.facts)}`);
    }
    if (moves > 5_000) throw new Error('the run does not end');
    return false;
  }

  #move(): boolean {
    const { meddling } = this.#world.script;
    if (meddling > 0 && rarely(this.#draw, meddling)) this.#meddle();
    const choices: (() => void)[] = [];
    if (this.#waiting.length > 0) choices.push(() => this.#commit(), () => this.#commit());
    if (this.#open.length > 0) choices.push(() => this.#settle(), () => this.#settle());
    if (this.#clock.hasTurns) choices.push(() => this.#clock.turn());
    if (this.#clock.hasTimers && (choices.length === 0 || rarely(this.#draw, 4))) choices.push(() => this.#clock.ring());
    if (choices.length === 0 && this.#isPaused) choices.push(() => this.#resume());
    if (choices.length === 0) return false;
    pick(this.#draw, choices)();
    return true;
  }

  #commit(): void {
    const { row, kept } = this.#waiting.shift()!;
    this.#keep(row);
    kept();
  }

  #settle(): void {
    const [settle] = this.#open.splice(this.#draw(this.#open.length), 1);
    settle!();
  }

  #meddle(): void {
    const region = this.#draw(this.run.kernel.template.regions.length);
    const what = this.#draw(4);
    if (what === 0) this.run.stop(region, { mode: pick(this.#draw, ['drain', 'abort'] as const), why: 'stop', reason: new Error('enough') }, 20);
    else if (what === 1) this.run.pause(region, false);
    else this.run.pause(region, true);
  }

  get #isPaused(): boolean {
    return this.run.kernel.template.regions.some((_, region) => this.run.kernel.isPaused(region));
  }

  #resume(): void {
    this.run.kernel.template.regions.forEach((_, region) => this.run.pause(region, false));
  }

  function(step: string, s: StepContext): unknown {
    const { flaws, isAsync, failsAt } = this.#world.script.parts.get(step)!;
    this.#checkCall(step, s);
    const retries = Past.retries(this.facts, s.path);
    if (s.get(`of ${step}`) === undefined && (retries > 0 || Past.hasSet(this.facts, s.path, `of ${step}`))) this.problems.push(`'${step}' has lost what it set`);
    s.set(`of ${step}`, this.#number);
    s.set('last', `${step} in life ${this.#number}`);
    const error = retries < flaws ? `flaw ${retries + 1}` : this.#world.isFailing(step, s.path) && failsAt === 'function' ? 'wrong' : undefined;
    return this.#later(isAsync, error, `${step} ${this.#number}.${(this.#calls += 1)}`);
  }

  callback(step: string, place: Place, s: StepContext): unknown {
    s.set(`by ${place}`, `${s.path} in life ${this.#number}`);
    const part = this.#world.script.parts.get(step)!;
    if (place === 'after' && !Past.hasReturned(this.facts, s.path)) this.problems.push(`a callback after '${step}' runs before the end of its function is kept`);
    if (place === 'before' && this.#past.hasDecided('before', s.path)) this.problems.push(`a callback before '${step}' runs again, although it went well`);
    if (place === 'before' && this.#past.hasReturned(s.path)) this.problems.push(`a callback before '${step}' runs although its function has ended`);
    const error = this.#world.isFailing(step, s.path) && part.failsAt === place ? `wrong ${place}` : undefined;
    return this.#later(part[place as 'before' | 'after'] === 'async', error, undefined);
  }

  condition(path: string): true {
    if (this.#past.hasDecided('before', path)) this.problems.push(`a condition of '${path}' is asked again, although it held`);
    if (this.#past.hasReturned(path)) this.problems.push(`a condition of '${path}' is asked although its function has ended`);
    return true;
  }

  frame(name: string): unknown {
    return this.#later(name.includes('flow'), undefined, undefined);
  }

  role<Answer>({ what, isAsync, throws }: Asked, s: Keyed, answer: Answer): Answer | Promise<Answer> {
    const { path } = s;
    const before = what === 'until' || what === 'handler' ? s.get(`by ${what}`) : undefined; // they are asked after each run
    s.set(`by ${what}`, `${path} ${String(before).length}`);
    if (this.#past.hasDecided(what, path)) this.problems.push(`'${path}' asks for its ${what} again`);
    if (!Past.isAtWork(this.facts, path)) this.problems.push(`'${path}' asks for its ${what} before its start is kept`);
    return this.#later(isAsync, throws ? `${what} of ${path}` : undefined, answer) as Answer | Promise<Answer>;
  }

  problem(stage: string, error: unknown): void {
    if (stage !== 'callback' && stage !== 'late-step') this.problems.push(`${stage}: ${String(error)}`);
  }

  #later(isAsync: boolean, error: string | undefined, value: unknown): unknown {
    if (!isAsync && error !== undefined) throw new Error(error);
    if (!isAsync) return value;
    return new Promise((resolve, reject) => this.#open.push(() => (error === undefined ? resolve(value) : reject(new Error(error)))));
  }

  /** The law of write-ahead, and what a crash may not repeat. */
  #checkCall(step: string, s: StepContext): void {
    const { path, attempt } = s;
    if (this.#past.hasReturned(path)) this.problems.push(`the function of '${step}' is called although its end was recorded`);
    if (!Past.isOpen(this.facts, path, attempt)) this.problems.push(`attempt ${attempt} of '${step}' starts before that is kept`);
    if (Past.retryAt(this.facts, path) > this.#clock.now()) this.problems.push(`attempt ${attempt} of '${step}' comes too early`);
    const earlier = this.#called.get(path) ?? 0;
    if (attempt <= earlier) this.problems.push(`attempt ${attempt} of '${step}' comes after attempt ${earlier}`);
    this.#called.set(path, attempt);
    const seen = this.#seen(s);
    const last = s.get('last');
    for (const [name, value] of seen) {
      if (value !== undefined && !isResult(value) && !Past.isKept(this.facts, name, codec.encode(value))) this.problems.push(`'${step}' sees ${String(value)} of '${name}', which is not kept`);
    }
    const before = this.seen.get(path);
    const mine = typeof last === 'string' && last.startsWith(`${step} `);
    const keys = this.#keysSet(s, path);
    const now: Seen = { results: JSON.stringify([...seen, ...keys], wordsOf), last: mine ? undefined : last };
    if (before === undefined) this.seen.set(path, now);
    else if (before.results !== now.results) this.problems.push(`'${step}' sees ${now.results}, and saw ${before.results} when it first started`);
    else if (!mine && before.last !== undefined && before.last !== last) this.problems.push(`'${step}' reads ${String(last)}, and read ${String(before.last)} when it first started`);
  }

  /** What the functions of composite steps around it, and callbacks before these, have set. */
  #keysSet(s: StepContext, path: string): readonly (readonly [name: string, value: unknown])[] {
    return ['case', 'input', 'until', 'handler', 'items', 'before'].map((what) => {
      const value = s.get(`by ${what}`);
      return [what, typeof value === 'string' && value.startsWith(`${path} `) ? 'own' : value];
    });
  }

  /** What a step sees of the others, as far as it may. */
  #seen({ results }: StepContext): readonly (readonly [name: string, value: unknown])[] {
    return Object.entries(Object.getOwnPropertyDescriptors(results)).map(([name, found]) => [name, found.get === undefined ? found.value : undefined]);
  }
}

function wordsOf(_: string, value: unknown): unknown {
  if (value instanceof Error) return value.message;
  return isResult(value) ? [...value.steps].map(([path, { status }]) => [path, status]) : value;
}

/** The value of a call, which is what is recorded inside of it. */
function isResult(value: unknown): value is FlowResult {
  return typeof value === 'object' && value !== null && 'orThrow' in value;
}

/** A journal as one can read it. */
export function textOf(facts: readonly Row[]): string {
  return facts.map(({ seq, entries }) => `${seq} ${JSON.stringify(entries, (key, value: unknown) => (key === 'e' ? undefined : value))}`).join('\n');
}
