import { createFlows, silentLogger, type Flow, type StepContext } from 'millrace';
import type { Handle } from '../../../src/define/handle.ts';
import type { FlowSpec } from '../../../src/define/spec.ts';
import { compile } from '../../../src/graph/compile.ts';
import { CompositeComposer } from '../../../src/run/composite/compose.ts';
import { Plan } from '../../../src/run/plan.ts';
import { Sinks } from '../../../src/run/sinks.ts';
import type { Surroundings } from '../../../src/run/surroundings.ts';
import { build } from '../../kernel/build.ts';
import type { Deed, Definition } from '../../kernel/definition.ts';
import type { Part, Place, Script } from './script.ts';

/** Who is called while a process is at work. */
export interface Called {
  function(step: string, s: StepContext): unknown;
  callback(step: string, place: Place, s: StepContext): unknown;
  /** A condition of a step is asked. */
  condition(path: string): true;
  /** A callback of a process or the flow. */
  frame(name: string): unknown;
  /** A function of a composite step other than its body is asked: returns the answer, or a promise of it, or throws. */
  role<Answer>(asked: Asked, s: Keyed, answer: Answer): Answer | Promise<Answer>;
  problem(stage: string, error: unknown): void;
}

/** The context of a step, as far as its functions need it here. */
export type Keyed = Pick<StepContext, 'path' | 'get' | 'set'>;

/** Which function of a composite step it is, and how it answers. */
export interface Asked {
  readonly what: 'case' | 'input' | 'until' | 'handler' | 'items' | 'condition' | 'time';
  readonly isAsync: boolean;
  readonly throws: boolean;
}

/** A definition, and who is at work on it. */
export interface Stage {
  readonly plan: Plan;
  readonly around: Surroundings;
  readonly script: Script;
  life: Called | undefined;
  /** Compiles a flow that is called. */
  planOf(flow: FlowSpec): Plan;
  /** Whether a step fails now, where its path is this. */
  isFailing(step: string, path: string): boolean;
}

/** A handle without its types. */
export interface Loose {
  readonly name: string;
  when(predicate: (s: { readonly path: string }) => boolean): this;
  stepRetry(policy: object): this;
  beforeStep(fn: (s: StepContext) => unknown, options: object): this;
  afterStep(fn: (s: StepContext) => unknown, options: object): this;
}

/** A definition that is compiled once, for all the processes that work on its run one after the other. */
export class World implements Stage {
  readonly definition: Definition;
  readonly script: Script;
  readonly plan: Plan;
  readonly around: Surroundings;
  /** The steps that fail. A recovery heals some. */
  readonly failing: Set<string>;
  /** The process at work. */
  life: Called | undefined = undefined;

  constructor(definition: Definition, script: Script) {
    this.definition = definition;
    this.script = script;
    this.failing = new Set([...definition.deeds].flatMap(([step, deed]) => (deed === 'fail' ? [step] : [])));
    const flow = createFlows().registerFlow('random');
    const handles = build(definition, flow, (step) => ((s: StepContext) => this.#life.function(step, s)) as () => unknown);
    for (const [name, handle] of handles) equip(handle as unknown as Loose, script.parts.get(name)!, definition.deeds.get(name)!, () => this.#life);
    if (script.isFramed) this.#frame(flow);
    const [first] = handles.values();
    const { flow: spec } = (first as Handle).spec.process;
    const compiled = compile(spec, { retry: undefined, timeoutMs: undefined, processTimeoutMs: undefined });
    this.plan = new Plan(compiled, spec);
    const sinks = new Sinks(silentLogger);
    sinks.add(({ stage, error }) => this.life?.problem(stage, error), {});
    this.around = { ids: () => 'r-1', random: () => 0.5, logger: silentLogger, slots: undefined, resources: [], sinks, composer: new CompositeComposer(() => this.plan) };
  }

  planOf(): Plan {
    return this.plan;
  }

  isFailing(step: string): boolean {
    return this.failing.has(step);
  }

  get #life(): Called {
    if (this.life === undefined) throw new Error('a function is called while nobody is at work');
    return this.life;
  }

  #frame(flow: Flow): void {
    flow.beforeFlow(() => this.#life.frame('before flow') as Promise<void>);
    flow.beforeProcess((p) => this.#life.frame(`before ${p.name}`) as Promise<void>);
    flow.afterProcess((p) => this.#life.frame(`after ${p.name}`) as Promise<void>);
    flow.afterFlow(() => this.#life.frame('after flow') as Promise<void>);
  }
}

/** Gives a step all that stands around its function. */
export function equip(handle: Loose, { before, after, flaws, delayMs, isAsked }: Part, deed: Deed, life: () => Called): void {
  const { name } = handle;
  const isFalse = deed === 'skip' || deed === 'pass on';
  if (isFalse || isAsked) handle.when(({ path }) => life().condition(path) && !isFalse);
  if (flaws > 0) handle.stepRetry({ retries: flaws, delay: delayMs });
  if (before !== 'none') handle.beforeStep((s) => life().callback(name, 'before', s), { must: true });
  if (after !== 'none') handle.afterStep((s) => life().callback(name, 'after', s), { must: true });
}
