import { createFlows, silentLogger, type Flow, type StepContext } from 'millrace';
import type { Handle } from '../../../../src/define/handle.ts';
import type { EachScope, Scope } from '../../../../src/define/scope.ts';
import type { FlowSpec } from '../../../../src/define/spec.ts';
import { compile } from '../../../../src/graph/compile.ts';
import { CompositeComposer } from '../../../../src/run/composite/compose.ts';
import { Plan } from '../../../../src/run/plan.ts';
import { Sinks } from '../../../../src/run/sinks.ts';
import type { Surroundings } from '../../../../src/run/surroundings.ts';
import { build } from '../../../kernel/build.ts';
import type { Script } from '../script.ts';
import { type Asked, type Called, equip, type Keyed, type Loose, type Stage } from '../world.ts';
import { type CompositePlan, type EachPlan, type ScopePlan, scopesOf, triesOf } from './plan.ts';

type Step = Loose & { after(...timings: readonly unknown[]): Step; stepTimeout(ms: number): Step };
type AnyScope = Scope<undefined> & { readonly after?: (...processes: readonly unknown[]) => unknown; readonly concurrency?: (limit: number) => unknown };

/** What stands in for a process while a scope is filled: steps may be composite ones. */
interface Standing {
  readonly real: AnyScope;
}

/** A definition with composite steps, compiled once for all the processes that work on its run one after the other. */
export class BodiesWorld implements Stage {
  /** Whether nobody pauses or stops anything any more. */
  isCalm = false;
  readonly plan: Plan;
  readonly around: Surroundings;
  readonly root: ScopePlan;
  /** The steps that fail. A recovery heals some. */
  readonly failing: Set<string>;
  life: Called | undefined = undefined;
  readonly #script: Script;
  readonly #flows = createFlows();
  readonly #plans = new Map<FlowSpec, Plan>();
  readonly #early: ReadonlyMap<string, number>;
  /** Decides whether a condition holds, each time it is asked. */
  readonly #holds: () => boolean;

  constructor(root: ScopePlan, script: Script, holds: () => boolean) {
    this.root = root;
    this.#script = script;
    this.#holds = holds;
    const scopes = scopesOf(root);
    this.#early = new Map(scopes.flatMap(({ early }) => [...early]));
    const fails = scopes.flatMap(({ definition }) => [...definition.deeds]).flatMap(([step, deed]) => (deed === 'fail' && !this.#early.has(step) ? [step] : []));
    this.failing = new Set(fails.filter((step) => this.#canFail(scopes, step)));
    const spec = this.#flow('random', root);
    const sinks = new Sinks(silentLogger);
    sinks.add(({ stage, error }) => this.life?.problem(stage, error), {});
    this.around = { ids: () => 'r-1', random: () => 0.5, logger: silentLogger, slots: undefined, resources: [], sinks, composer: new CompositeComposer((flow) => this.planOf(flow)) };
    this.plan = this.planOf(spec);
  }

  get script(): Script {
    return this.isCalm ? { ...this.#script, meddling: 0 } : this.#script;
  }

  planOf(flow: FlowSpec): Plan {
    const known = this.#plans.get(flow);
    if (known !== undefined) return known;
    const plan = new Plan(compile(flow, { retry: undefined, timeoutMs: undefined, processTimeoutMs: undefined }), flow);
    this.#plans.set(flow, plan);
    return plan;
  }

  isFailing(step: string, path: string): boolean {
    return this.failing.has(step) || triesOf(path) <= (this.#early.get(step) ?? 0);
  }

  /** A composite step fails by a callback, or by what is in it. */
  #canFail(scopes: readonly ScopePlan[], step: string): boolean {
    return !scopes.some(({ composites }) => composites.has(step)) || this.script.parts.get(step)!.failsAt !== 'function';
  }

  get #life(): Called {
    if (this.life === undefined) throw new Error('a function is called while nobody is at work');
    return this.life;
  }

  #flow(name: string, plan: ScopePlan, timeoutMs?: number): FlowSpec {
    const flow = this.#flows.registerFlow(name);
    const isEven = timeoutMs !== undefined && timeoutMs % 2 === 0;
    if (isEven) flow.flowTimeout(timeoutMs);
    const handles = this.#fill(plan, (process) => {
      const made = flow.process(process);
      if (timeoutMs !== undefined && !isEven) made.processTimeout(timeoutMs);
      return made as unknown as AnyScope;
    });
    if (this.script.isFramed) this.#frame(flow);
    const [first] = handles.values();
    return first!.spec.process.flow;
  }

  #frame(flow: Flow): void {
    flow.beforeFlow(() => this.#life.frame('before flow') as Promise<void>);
    flow.beforeProcess((p) => this.#life.frame(`before ${p.name}`) as Promise<void>);
    flow.afterProcess((p) => this.#life.frame(`after ${p.name}`) as Promise<void>);
    flow.afterFlow(() => this.#life.frame('after flow') as Promise<void>);
  }

  /** Defines the steps of a scope, and returns the last one. */
  #fill(plan: ScopePlan, scopeOf: (process: string) => AnyScope): ReadonlyMap<string, Handle> {
    const process = (name: string): Standing => this.#standIn(plan, scopeOf(name));
    const handles = build(plan.definition, { process } as unknown as Flow, (step) => ((s: StepContext) => this.#life.function(step, s)) as () => unknown);
    for (const [step, handle] of handles) equip(handle as unknown as Loose, this.script.parts.get(step)!, plan.definition.deeds.get(step)!, () => this.#life);
    return handles;
  }

  #standIn({ composites }: ScopePlan, real: AnyScope): Standing {
    const scope = real as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
    return {
      real,
      customStep: (fn: unknown, name: string, ...timings: readonly unknown[]): unknown => {
        const composite = composites.get(name);
        if (composite === undefined) return scope['customStep']!(fn, name, ...timings);
        const step = this.#compose(real, name, composite) as Step;
        const { timeoutMs } = composite.answering;
        if (timeoutMs !== undefined && (composite.kind !== 'call' || timeoutMs < 30)) step.stepTimeout(timeoutMs);
        return timings.length === 0 ? step : step.after(...timings);
      },
      ...Object.fromEntries(['follow', 'parallel', 'syncAll', 'always', 'concurrency'].map((method) => [method, (...args: readonly unknown[]) => scope[method]!(...args)])),
      after: (...others: readonly Standing[]) => scope['after']!(...others.map((other) => other.real)),
    } as Standing;
  }

  #compose(scope: AnyScope, name: string, plan: CompositePlan): unknown {
    const body = (inner: ScopePlan) => (given: Scope<undefined>) => [...this.#fill(inner, () => given).values()].at(-1) as never;
    const { isAsync, throws } = plan.answering;
    const role = <Answer>(what: Asked['what'], s: Keyed, answer: Answer): Answer => this.#life.role({ what, isAsync, throws }, s, answer) as Answer;
    switch (plan.kind) {
      case 'sleep':
        return scope.sleep(plan.isAsked ? (s) => role('time', s, plan.ms) : plan.ms, name);
      case 'wait':
        return scope.waitFor((s) => role('condition', s, this.#holds()), name, { every: 10 });
      case 'group':
        return scope.group(body(plan.body), name);
      case 'case':
        return plan.otherwise === undefined
          ? scope.case((s) => role('case', s, plan.answer), name, body(plan.body))
          : scope.case((s) => role('case', s, plan.answer), name, body(plan.body), body(plan.otherwise));
      case 'loop':
        return scope.loopUntil(body(plan.body), name, (s, _, number) => role('until', s, number >= plan.times), { every: plan.everyMs });
      case 'retry': {
        const { retries, delayMs } = plan;
        const policy = plan.isAsked ? (s: StepContext, _: Error, attempt: number) => role('handler', s, attempt <= retries) : { retries, delay: delayMs };
        return scope.retry(body(plan.body), name, policy);
      }
      case 'each':
        return this.#each(scope, name, plan, (s, items) => role('items', s, items));
      case 'call': {
        const { flow } = plan;
        const { timeoutMs } = plan.answering;
        this.#flow(flow, plan.body, timeoutMs !== undefined && timeoutMs >= 30 ? timeoutMs : undefined);
        return scope.call(this.#flows.get(flow)!, name, (s) => role('input', s, undefined));
      }
      default:
        return plan satisfies never;
    }
  }

  #each(scope: AnyScope, name: string, { count, from, isCollecting, concurrency, body }: EachPlan, role: <Items>(s: Keyed, items: Items) => Items): unknown {
    const list = Array.from({ length: count }, (_, item) => item);
    const items = (s: StepContext, known: number): Iterable<number> | AsyncIterable<number> => {
      if (from === 'function') return role(s, list);
      return role(s, asyncly(from === 'iterable' ? list : list.slice(known)));
    };
    const fill = (each: EachScope<undefined, number>): never => [...this.#fill(body, () => each).values()].at(-1) as never;
    return scope.forEach(from === 'list' ? list : (items as never), name, fill, {
      onError: isCollecting ? 'collect' : 'fail-fast',
      concurrency,
      key: (item: number) => `k${item}`,
      replay: from === 'iterable that goes on' ? 'resume' : 'skip',
    });
  }
}

async function* asyncly<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}
