import type { CompositeSpec, FlowSpec } from '../../define/spec.ts';
import type { Context } from '../context.ts';
import type { Plan } from '../plan.ts';
import type { Composer, Work } from '../work.ts';
import type { WorkHost } from '../work-host.ts';
import { CaseWork, GroupWork } from './branches.ts';
import { CallWork, resultOf } from './call.ts';
import { ForEachWork } from './for-each.ts';
import { LoopWork, RetryWork } from './repeats.ts';
import { ConditionWork, SignalWork, SleepWork } from './waits.ts';

/** What makes composite steps work. */
export class CompositeComposer implements Composer {
  readonly #planOf: (flow: FlowSpec) => Plan;

  /** @param planOf - compiles a flow that is called */
  constructor(planOf: (flow: FlowSpec) => Plan) {
    this.#planOf = planOf;
  }

  compose(spec: CompositeSpec, host: WorkHost, node: number, s: Context): Work {
    switch (spec.kind) {
      case 'waitFor':
        return new ConditionWork(host, node, s, spec);
      case 'signal':
        return new SignalWork(host, node, s, spec);
      case 'sleep':
        return new SleepWork(host, node, s, spec);
      case 'group':
        return new GroupWork(host, node, s, spec.body);
      case 'case':
        return new CaseWork(host, node, s, spec);
      case 'loop':
        return new LoopWork(host, node, s, spec);
      case 'retry':
        return new RetryWork(host, node, s, spec);
      case 'forEach':
        return new ForEachWork(host, node, s, spec);
      case 'call':
        return new CallWork(host, node, s, spec, this.#planOf);
      default:
        return spec satisfies never;
    }
  }

  revive(spec: CompositeSpec, host: WorkHost, node: number): { readonly value: unknown } | undefined {
    return spec.kind === 'call' ? { value: resultOf(host, node, this.#planOf(spec.flow)) } : undefined;
  }
}
