import type { WorkedOutcome } from '../../define/callbacks.ts';
import type { FlowResult } from '../../define/run.ts';
import type { CompositeSpec, FlowSpec } from '../../define/spec.ts';
import { FlowError } from '../../errors.ts';
import type { Context } from '../context.ts';
import { checkInput } from '../input.ts';
import { statusOf } from '../outcomes.ts';
import type { Plan } from '../plan.ts';
import type { PastWork } from '../restored.ts';
import { Result } from '../result.ts';
import { ScopeRun } from '../scope-run.ts';
import { errorOf } from '../thrown.ts';
import type { WorkHost } from '../work-host.ts';
import { CompositeWork } from './composite-work.ts';

type Call = Extract<CompositeSpec, { readonly kind: 'call' }>;

/** How deep flows may call one another, themselves included. */
const deepest = 100;

/** A run of another flow, as part of this one. */
export class CallWork extends CompositeWork {
  readonly #spec: Call;
  readonly #planOf: (flow: FlowSpec) => Plan;

  constructor(host: WorkHost, node: number, s: Context, spec: Call, planOf: (flow: FlowSpec) => Plan) {
    super(host, node, s);
    this.#spec = spec;
    this.#planOf = planOf;
  }

  protected start(past: PastWork | undefined): void {
    const { name } = this.#spec.flow;
    if (this.host.callDepth >= deepest) {
      const message = `step '${this.host.kernel.pathAt(this.node)}' calls flow '${name}' at depth ${deepest + 1}; let the calls of flow '${name}' come to an end: at most ${deepest} may be inside of one another`;
      this.end({ status: 'failed', error: new FlowError('call-depth', message) });
    } else if (past?.decided !== undefined) {
      this.#open(past.decided.value);
    } else {
      this.ask(this.#spec.mapInput, [], (given) => this.#check(given));
    }
  }

  #check(given: unknown): void {
    const { flow } = this.#spec;
    if (flow.schema === undefined) {
      this.#begin(given);
      return;
    }
    const { schema } = flow;
    this.askAlong(() => checkInput(flow.name, schema, given), [], (answer) => {
      const checked = answer as Awaited<ReturnType<typeof checkInput>>;
      if ('error' in checked) this.end({ status: 'failed', error: checked.error });
      else this.#begin(checked.value);
    });
  }

  #begin(input: unknown): void {
    try {
      const { journal } = this.host;
      this.#open(journal === undefined ? input : journal.decided(this.node, input));
    } catch (error) {
      this.end({ status: 'failed', error: errorOf(error) });
    }
  }

  #open(input: unknown): void {
    try {
      this.run({ plan: this.#planOf(this.#spec.flow), suffix: '', keySuffix: '', input: { value: input } });
    } catch (error) {
      this.end({ status: 'failed', error: errorOf(error) });
    }
  }

  protected override endOf(scope: ScopeRun): WorkedOutcome {
    const result = new Result(scope, scope.id) as unknown as FlowResult; // its methods take the refs that the interface types
    if (statusOf(scope.kernel) === 'stopped' && this.latch !== undefined) return { status: 'stopped', reason: this.latch.reason };
    try {
      return { status: 'succeeded', value: result.orThrow() };
    } catch (error) {
      return { status: 'failed', error: errorOf(error) };
    }
  }

  protected override closed(end: WorkedOutcome): void {
    this.end(end);
  }
}

/** The result of a flow that was called before the run was interrupted, from what is recorded of it. */
export function resultOf(host: WorkHost, node: number, plan: Plan): FlowResult | undefined {
  const place = host.kernel.pathAt(node);
  const restored = host.restored?.inside(place, plan);
  const nothing = (): void => undefined; // it does nothing any more
  const scope = new ScopeRun(host, node, {
    plan,
    place,
    keyPlace: host.keyAt(node),
    limit: Infinity,
    restored,
    input: { value: restored?.input },
    isPast: true,
    over: nothing,
    stalled: nothing,
  });
  return new Result(scope, scope.id) as unknown as FlowResult; // as above
}
