import type { WorkedOutcome } from '../../define/callbacks.ts';
import type { BodySpec, CompositeSpec } from '../../define/spec.ts';
import type { PastWork } from '../restored.ts';
import { errorOf } from '../thrown.ts';
import type { WorkHost } from '../work-host.ts';
import type { Context } from '../context.ts';
import { yesOrNo } from './answers.ts';
import { CompositeWork } from './composite-work.ts';

type Case = Extract<CompositeSpec, { readonly kind: 'case' }>;

/** A body that is one step. */
export class GroupWork extends CompositeWork {
  readonly #body: BodySpec;

  constructor(host: WorkHost, node: number, s: Context, body: BodySpec) {
    super(host, node, s);
    this.#body = body;
  }

  protected start(): void {
    this.run({ plan: this.host.plan.ofBody(this.#body), body: this.#body, suffix: '', keySuffix: '' });
  }

  protected override closed(end: WorkedOutcome): void {
    this.end(end);
  }
}

/** One body of two, or of one. */
export class CaseWork extends CompositeWork {
  readonly #spec: Case;

  constructor(host: WorkHost, node: number, s: Context, spec: Case) {
    super(host, node, s);
    this.#spec = spec;
  }

  protected start(past: PastWork | undefined): void {
    if (past?.decided !== undefined) this.#take(past.decided.value === true);
    else this.ask(this.#spec.condition, [], (answer) => this.#decide(answer));
  }

  #decide(answer: unknown): void {
    const { host, node } = this;
    try {
      const isTrue = yesOrNo(answer, host.kernel.pathAt(node));
      host.journal?.decided(node, isTrue);
      this.#take(isTrue);
    } catch (error) {
      this.end({ status: 'failed', error: errorOf(error) });
    }
  }

  #take(isTrue: boolean): void {
    const { body, otherwise } = this.#spec;
    const taken = isTrue ? body : otherwise;
    const suffix = isTrue ? '' : '#otherwise';
    if (taken === undefined) this.end({ status: 'succeeded', value: undefined });
    else this.run({ plan: this.host.plan.ofBody(taken), body: taken, suffix, keySuffix: suffix });
  }

  protected override closed(end: WorkedOutcome): void {
    this.end(end);
  }
}
