import { Body, checkedBody, filled, type ScopeToken } from './body.ts';
import type { ForEachOptions, LoopOptions, SignalOptions, WaitOptions } from './composites.ts';
import { callOf, caseOf, forEachOf, loopOf, retryGroupOf, signalOf, sleepOf, waitOf } from './composite-checks.ts';
import { chain, type Group, sideBySide } from './group.ts';
import { checkedFunction, Handle } from './handle.ts';
import { timingsOfSyncAll } from './merge.ts';
import { checkedName } from './names.ts';
import type { AnyStepFunction } from './refs.ts';
import type { BodySpec, CompositeSpec, ProcessSpec } from './spec.ts';
import type { Timing } from './timing.ts';

/** What stands behind `Scope`. */
export class ScopeBuilder {
  readonly #spec: ProcessSpec;
  /** What the next item of a sequence waits for. */
  #last: Timing | undefined = undefined;

  constructor(spec: ProcessSpec) {
    this.#spec = spec;
  }

  customStep(fn: AnyStepFunction, name: string, ...timings: readonly Timing[]): Handle {
    const checked = checkedName('step', name, 'customStep(fn, name, ...timings)');
    return this.#next(this.#spec.addStep(checked, checkedFunction(fn, name), 'step', [...this.#before(), ...timings]));
  }

  follow(...likes: readonly unknown[]): Group {
    this.#spec.assertOpen();
    const group = chain(this.#spec, likes);
    return this.#follow(group, group.members.at(-1));
  }

  parallel(...likes: readonly unknown[]): Group {
    this.#spec.assertOpen();
    const group = sideBySide(this.#spec, likes);
    return this.#follow(group, group);
  }

  syncAll(fn: AnyStepFunction, name: string): Handle {
    const checked = checkedName('step', name, 'syncAll(fn, name)');
    return this.#next(this.#spec.addStep(checked, checkedFunction(fn, name), 'sync-all', timingsOfSyncAll(this.#spec, checked)));
  }

  always(fn: AnyStepFunction, name: string): Handle {
    return new Handle(this.#spec.addStep(checkedName('step', name, 'always(fn, name)'), checkedFunction(fn, name), 'always', []));
  }

  waitFor(condition: unknown, name: string, options?: WaitOptions, ...timings: readonly Timing[]): Handle {
    return this.#composite('waitFor(condition, name, options?, ...timings)', name, () => waitOf(condition, options, name), timings);
  }

  waitForSignal(name: string, options?: SignalOptions<unknown>): Handle {
    return this.#composite('waitForSignal(name, options?)', name, () => signalOf(options, name));
  }

  sleep(duration: unknown, name: string): Handle {
    return this.#composite('sleep(duration, name)', name, () => sleepOf(duration, name));
  }

  sleepUntil(time: unknown, name: string): Handle {
    return this.#composite('sleepUntil(time, name)', name, () => sleepOf(time, name, true));
  }

  group(body: unknown, name: string): Handle {
    return this.#composite('group(body, name)', name, () => ({ kind: 'group', body: this.#body(body, name)() }));
  }

  case(condition: unknown, name: string, body: unknown, otherwise?: unknown): Handle {
    return this.#composite('case(condition, name, body, otherwise?)', name, () => caseOf(condition, name, this.#body(body, name), otherwise === undefined ? undefined : this.#body(otherwise, name, 'otherwise')));
  }

  loopUntil(body: unknown, name: string, until: unknown, options?: LoopOptions): Handle {
    return this.#composite('loopUntil(body, name, until, options?)', name, () => loopOf(until, options, name, this.#body(body, name)));
  }

  retry(body: unknown, name: string, policy: unknown): Handle {
    return this.#composite('retry(body, name, policy)', name, () => retryGroupOf(policy, name, this.#body(body, name)));
  }

  forEach(items: unknown, name: string, body: unknown, options?: ForEachOptions<unknown>): Handle {
    const timings = items instanceof Handle && !this.#isOutside(items) ? [items as unknown as Timing] : [];
    return this.#composite('forEach(items, name, body, options?)', name, () => forEachOf(items, options, name, this.#body(body, name, 'body', true)), timings);
  }

  call(flow: unknown, name: string, mapInput: unknown): Handle {
    return this.#composite('call(flow, name, mapInput)', name, () => callOf(flow, mapInput, this.#spec.flow, name));
  }

  /** Everything is checked, and the body is called, before the step is there: a refused call leaves nothing behind. */
  #composite(call: string, name: string, make: () => CompositeSpec, timings: readonly Timing[] = []): Handle {
    this.#spec.assertOpen();
    const checked = checkedName('step', name, call);
    const composite = make();
    const step = this.#spec.addStep(checked, () => undefined, 'step', [...this.#before(), ...timings]);
    step.composite = composite;
    return this.#next(step);
  }

  /** Returns what fills a body, when everything else was checked. */
  #body(fill: unknown, name: string, which: 'body' | 'otherwise' = 'body', hasItems = false): () => BodySpec {
    const checked = checkedBody(fill, `the ${which} of '${name}'`);
    return () => {
      const body = new Body({ scope: this.#spec, step: name.normalize('NFC'), which });
      return body.made(filled(body.process, checked, (hasItems ? new EachBuilder(body) : new ScopeBuilder(body.process)) as never));
    };
  }

  /** A step of an enclosing scope is waited for by the composite step of that scope. */
  #isOutside({ spec }: Handle): boolean {
    for (let at = this.#spec.inside; at !== undefined; at = at.scope.inside) if (at.scope === spec.process) return true;
    return false;
  }

  #before(): readonly Timing[] {
    return this.#last === undefined ? [] : [this.#last];
  }

  #next(step: ConstructorParameters<typeof Handle>[0]): Handle {
    const handle = new Handle(step);
    if (this.#spec.isSequence) this.#last = handle as unknown as Timing;
    return handle;
  }

  #follow(group: Group, last: unknown): Group {
    if (!this.#spec.isSequence) return group;
    group.after(...this.#before());
    this.#last = last as Timing;
    return group;
  }
}

/** The scope of the body of a `forEach`. */
class EachBuilder extends ScopeBuilder {
  readonly item: ScopeToken;
  readonly index: ScopeToken;

  constructor({ process, item, index }: Body) {
    super(process);
    this.item = item;
    this.index = index;
  }
}
