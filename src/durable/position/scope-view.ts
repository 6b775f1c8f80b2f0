import type { StepSpec } from '../../define/spec.ts';
import { FAILED, FIRST_OUTCOME, PARKED, RUNNING } from '../../run/kernel/cells.ts';
import { NONE } from '../../run/kernel/guard.ts';
import { Kernel } from '../../run/kernel/kernel.ts';
import type { Plan } from '../../run/plan.ts';
import type { PastWork, Restored } from '../../run/restored.ts';
import { nameOf, nameOfBody, nameOfProcess } from './words.ts';

const unhindered = { limit: Infinity, failFast: false, tiered: false, finishTier: false, graceMs: 0, flowTimeoutMs: undefined } as const;

/** A scope of a run as it stands: the flow, or a body that is at work. */
export class ScopeView {
  readonly plan: Plan;
  readonly kernel: Kernel;
  readonly #restored: Restored | undefined;
  /** What the paths in it begin with; `undefined` for the flow. */
  readonly #place: string | undefined;
  /** What it is called; that of a flow that is called stands for the name of the flow. */
  readonly #name: string | undefined;
  /** The steps that could start now. */
  readonly ready: readonly number[];

  constructor(plan: Plan, restored: Restored | undefined, place?: string, name?: string) {
    this.plan = plan;
    this.#restored = restored;
    this.#place = place;
    this.#name = name;
    this.kernel = new Kernel(plan.template, unhindered);
    if (restored !== undefined) this.kernel.recall(restored.past, () => 0);
    const ready: number[] = [];
    for (let node = this.kernel.take(); node !== NONE; node = this.kernel.take()) if (this.work(node) === undefined) ready.push(node);
    this.ready = ready;
  }

  /** The steps that are at work, or between two attempts; composite steps that a recovery has opened again, too. */
  get open(): readonly number[] {
    return this.steps.filter((node) => !this.ready.includes(node) && [RUNNING, PARKED].includes(this.kernel.state(node)));
  }

  get steps(): readonly number[] {
    return this.plan.template.steps.map((_, node) => node);
  }

  /** Whether no step of it has ended. */
  get hasNotEnded(): boolean {
    return this.steps.every((node) => !this.hasEnded(node));
  }

  get isOver(): boolean {
    return this.kernel.left === 0;
  }

  hasEnded(node: number): boolean {
    return this.kernel.state(node) >= FIRST_OUTCOME;
  }

  spec(node: number): StepSpec {
    return this.plan.template.steps[node]?.spec as StepSpec; // every caller names a step
  }

  path(node: number): string {
    const path = this.plan.pathAt(node);
    return this.#place === undefined ? path : `${this.#place}/${path}`;
  }

  /** What is recorded of a composite step at work. */
  work(node: number): PastWork | undefined {
    return this.#restored?.works.get(node);
  }

  /** What the scope that a step belongs to is called. */
  nameAround(node: number): string {
    const { flow } = this.plan;
    if (flow.outer !== undefined) return this.#name ?? '';
    const own = nameOfProcess(flow, (this.plan.template.regionOf[node] as number) - 1);
    return this.#name === undefined ? own : `${this.#name}${own.slice(flow.name.length)}`;
  }

  /** What the scope is called. */
  get name(): string {
    return this.#name ?? this.plan.flow.name;
  }

  nameOf(node: number): string {
    return nameOf(this.spec(node), this.nameAround(node));
  }

  /** The steps of the process or body that a step belongs to. */
  around(node: number): readonly number[] {
    const { regionOf } = this.plan.template;
    return this.steps.filter((other) => regionOf[other] === regionOf[node]);
  }

  /** The steps that a step has waited for by name, and that did not go wrong. */
  before(node: number): readonly number[] {
    const names = new Set(this.plan.dependencies(node));
    return this.around(node).filter((other) => names.has(this.spec(other).name) && this.hasEnded(other) && this.kernel.state(other) < FAILED);
  }

  /** The bodies of a composite step that are at work, or would be when it starts. */
  inside(node: number, planOf: (of: StepSpec) => Plan): readonly ScopeView[] {
    const step = this.spec(node);
    const { composite } = step;
    const work = this.work(node);
    if (composite === undefined) return [];
    const path = this.path(node);
    const name = this.nameOf(node);
    const view = (plan: Plan, suffix: string, called: string): ScopeView => new ScopeView(plan, this.#restored?.inside(`${path}${suffix}`, plan), `${path}${suffix}`, called);
    switch (composite.kind) {
      case 'group':
        return [view(this.plan.ofBody(composite.body), '', name)];
      case 'case': {
        if (work?.decided === undefined) return [];
        const body = work.decided.value === true ? composite.body : composite.otherwise;
        return body === undefined ? [] : [view(this.plan.ofBody(body), work.decided.value === true ? '' : '#otherwise', nameOfBody(step, name, body))];
      }
      case 'loop':
      case 'retry':
        return [view(this.plan.ofBody(composite.body), `#${work?.index ?? 1}`, nameOfBody(step, name, composite.body))];
      case 'forEach':
        return (work?.keys ?? [])
          .filter((key) => work?.ends.has(key) !== true)
          .slice(0, composite.concurrency)
          .map((key) => view(this.plan.ofBody(composite.body), `/${key}`, `${name}/${key}`));
      case 'call':
        return work?.decided === undefined ? [] : [view(planOf(step), '', name)];
      case 'waitFor':
      case 'signal':
      case 'sleep':
        return [];
      default:
        return composite satisfies never;
    }
  }
}
