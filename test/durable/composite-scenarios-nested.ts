import type { Scope } from '../../src/define/scope.ts';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { StepHandle } from '../../src/index.ts';
import { type CompositeScenario, noting } from './composite-world.ts';

type Body = (scope: Scope<number>) => StepHandle<string, unknown, number>;
type Nest = (scope: Scope<number>, body: Body, flows: DurableFlows, name: string) => StepHandle<string, unknown, number>;

/** Every kind of composite step with a body. */
export const nests: Readonly<Record<string, Nest>> = {
  group: (scope, body) => scope.group(body, 'group'),
  case: (scope, body) => scope.case(() => true, 'case', body),
  otherwise: (scope, body) => scope.case(() => false, 'case', (c) => c.customStep(() => 1, 'not'), body),
  loop: (scope, body) => scope.loopUntil(body, 'loop', (_, __, i) => i === 2),
  retry(scope, body) {
    return scope.retry((r) => {
      const inner = body(r);
      return r.customStep((s) => {
        if (s.path.endsWith('#1/once more')) throw new Error('again');
        return s.result(inner);
      }, 'once more').after(inner);
    }, 'tried', { retries: 5, delay: 1000 });
  },
  forEach: (scope, body) => scope.forEach(['a', 'b'], 'each', body, { key: (item) => item }),
  call(scope, body, flows, name) {
    const other = flows.registerFlow<number>(name);
    body(other.process('q'));
    return scope.call(other, 'call', (s) => s.input);
  },
};

/** Every kind in every kind. */
export const nestedScenarios: readonly CompositeScenario[] = Object.entries(nests).flatMap(([outer, nest]) =>
  Object.entries(nests).map(([inner, nestInside]) => ({
    name: `${inner} in ${outer}`,
    define(flow, effect, { flows }) {
      const work = noting(effect);
      const p = flow.process('p');
      const whole = nest(p, (scope) => nestInside(scope, (deep) => deep.customStep(work, 'work').after(deep.sleep(100, 'nap')), flows, 'inside'), flows, 'outside');
      p.customStep(work, 'after').after(whole);
    },
  } satisfies CompositeScenario)),
);
