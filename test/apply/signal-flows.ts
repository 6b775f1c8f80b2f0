import type { Scope } from '../../src/define/scope.ts';
import { nests } from '../durable/composite-scenarios-nested.ts';
import { type CompositeScenario, noting } from '../durable/composite-world.ts';

/** A flow in which something waits for signals. */
export interface SignalScenario extends CompositeScenario {
  /** How many signals to `go` it takes. */
  readonly takes: number;
  /** When it fails without one. Default: never */
  readonly endsAt?: number;
}

/** How often each kind runs its body. */
const times: Readonly<Record<string, number>> = { group: 1, case: 1, otherwise: 1, loop: 2, retry: 2, forEach: 2, call: 1 };

function waits(effect: (name: string) => void): (scope: Scope<number>) => ReturnType<Scope<number>['customStep']> {
  return (scope) => {
    const first = scope.customStep(noting((name) => effect(`${name} before`)), 'first');
    const go = scope.waitForSignal('go').after(first);
    return scope.customStep((s) => (effect(`${s.idempotencyKey} with ${String(s.result(go))}`), s.result(go)), 'then').after(go);
  };
}

/** Waits in every kind of composite step, alone and in every other kind. */
export const signalScenarios: readonly SignalScenario[] = [
  {
    name: 'a signal in a process',
    takes: 1,
    define(flow, effect) {
      waits(effect)(flow.process('p'));
    },
  },
  {
    name: 'a signal with a time, in a group beside one that sleeps',
    takes: 1,
    endsAt: 60_000,
    define(flow, effect) {
      const p = flow.process('p');
      p.group((g) => {
        const go = g.waitForSignal('go', { timeout: '1m' });
        return g.customStep((s) => effect(`${s.path} with ${String(s.result(go))}`), 'then').after(go);
      }, 'waits');
      p.group((g) => g.customStep(noting(effect), 'woken').after(g.sleep('30s', 'nap')), 'sleeps');
    },
  },
  ...Object.entries(nests).flatMap(([outer, nest]): readonly SignalScenario[] => [
    {
      name: `a signal in ${outer}`,
      takes: times[outer]!,
      define(flow, effect, { flows }) {
        const p = flow.process('p');
        p.customStep(noting(effect), 'after').after(nest(p, waits(effect), flows, 'outside'));
      },
    },
    ...Object.entries(nests).map(([inner, nestInside]) => ({
      name: `a signal in ${inner} in ${outer}`,
      takes: times[outer]! * times[inner]!,
      define(flow, effect, { flows }) {
        const p = flow.process('p');
        p.customStep(noting(effect), 'after').after(nest(p, (scope) => nestInside(scope, waits(effect), flows, 'inside'), flows, 'outside'));
      },
    } satisfies SignalScenario)),
  ]),
];
