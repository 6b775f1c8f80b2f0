import fc from 'fast-check';
import { createFlows, type Flow, type Flows, type StepContext, type StepHandle } from 'millrace';
import { virtualClock, type VirtualClock } from 'millrace/testing';
import type { Scope } from '../../../src/define/scope.ts';

/*
 * Random definitions of composite steps inside of one another. `outcomes.ts` works out how their runs end, and `properties.test.ts`
 * says what has to hold when anything may happen.
 */

/** How long something takes: no promise, a promise, or a time. */
export type Pace = 'sync' | 'later' | number;

/** What a function answers. */
export interface Answering {
  readonly pace: Pace;
  readonly throws: boolean;
}

/** A step. `follows` says whether it waits for the one before it. */
export type NodePlan = { readonly follows: boolean } & (
  | { readonly kind: 'step'; readonly pace: Pace; readonly failures: number; readonly ends: 'alone' | 'aborted' | 'never' }
  | { readonly kind: 'sleep'; readonly ms: number }
  | { readonly kind: 'wait'; readonly askings: number; readonly answering: Answering }
  | { readonly kind: 'signal' }
  | { readonly kind: 'group'; readonly body: BodyPlan }
  | { readonly kind: 'case'; readonly answer: boolean; readonly answering: Answering; readonly body: BodyPlan; readonly other: BodyPlan | undefined }
  | { readonly kind: 'loop'; readonly times: number; readonly every: number; readonly answering: Answering; readonly body: BodyPlan }
  | { readonly kind: 'retry'; readonly retries: number; readonly delay: number; readonly handler: Answering | undefined; readonly body: BodyPlan }
  | ForEachPlan
  | { readonly kind: 'call'; readonly answering: Answering; readonly body: BodyPlan }
);

interface ForEachPlan {
  readonly kind: 'each';
  readonly items: number;
  readonly isAsync: boolean;
  readonly isCollecting: boolean;
  readonly concurrency: number | undefined;
  readonly answering: Answering;
  readonly body: BodyPlan;
}

export type BodyPlan = readonly NodePlan[];

/** A step that is of this kind and no other: random plans are made of these. */
type Only<Kind extends NodePlan['kind']> = Extract<NodePlan, { readonly kind: Kind }>;

const follows = fc.boolean();
const pace = fc.constantFrom<Pace[]>('sync', 'sync', 'later', 'later', 1, 7);
const answering = fc.record<Answering>({ pace, throws: fc.constantFrom(true, ...Array.from({ length: 19 }, () => false)) });
const rarely = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined });

/** @param isTame - whether every step ends by itself, and nothing depends on who comes first */
export function bodyPlan(isTame: boolean): fc.Arbitrary<BodyPlan> {
  const { whole } = fc.letrec<{ whole: BodyPlan; body: BodyPlan; node: NodePlan }>((tie) => {
    const inner = tie('body');
    const step = fc.record<Only<'step'>>({
      kind: fc.constant('step'),
      follows,
      pace,
      failures: fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 9),
      ends: isTame ? fc.constant('alone' as const) : fc.constantFrom('alone', 'alone', 'alone', 'aborted', 'never'),
    });
    const nodes: readonly fc.Arbitrary<NodePlan>[] = [
      fc.record<Only<'sleep'>>({ kind: fc.constant('sleep'), follows, ms: fc.constantFrom(0, 1, 20) }),
      fc.record<Only<'wait'>>({ kind: fc.constant('wait'), follows, askings: fc.integer({ min: 1, max: 3 }), answering }),
      fc.record<Only<'signal'>>({ kind: fc.constant('signal'), follows }),
      fc.record<Only<'group'>>({ kind: fc.constant('group'), follows, body: inner }),
      fc.record<Only<'case'>>({ kind: fc.constant('case'), follows, answer: fc.boolean(), answering, body: inner, other: rarely(inner) }),
      fc.record<Only<'loop'>>({ kind: fc.constant('loop'), follows, times: fc.integer({ min: 1, max: 3 }), every: fc.constantFrom(0, 0, 3), answering, body: inner }),
      fc.record<Only<'retry'>>({ kind: fc.constant('retry'), follows, retries: fc.nat(2), delay: fc.constantFrom(0, 0, 5), handler: rarely(answering), body: inner }),
      fc
        .record<Only<'each'>>({
          kind: fc.constant('each'),
          follows,
          items: fc.nat(3),
          isAsync: fc.boolean(),
          isCollecting: fc.boolean(),
          concurrency: rarely(fc.integer({ min: 1, max: 2 })),
          answering,
          body: inner,
        })
        .map((each) => (isTame && !each.isCollecting ? { ...each, concurrency: 1 } : each)),
      fc.record<Only<'call'>>({ kind: fc.constant('call'), follows, answering, body: inner }),
    ];
    return {
      whole: fc.array(tie('node'), { minLength: 1, maxLength: 4, size: 'max' }),
      body: fc.array(tie('node'), { minLength: 1, maxLength: 3, size: 'max' }).map((nodes) => (nodes.length === 1 && nodes[0]?.kind === 'sleep' ? [] : nodes)),
      node: fc.oneof({ maxDepth: 3, depthSize: 'max' }, step, ...nodes),
    };
  });
  return whole;
}

/** What happens while a run is at work, as it is seen from inside. */
export interface Seen {
  /** How often each step was called, by path and attempt. */
  readonly calls: Map<string, number>;
}

/** A definition, ready to run. */
export interface Made {
  readonly clock: VirtualClock;
  readonly flows: Flows;
  readonly flow: Flow<undefined>;
  readonly seen: Seen;
}

export function make(plan: BodyPlan, concurrency: number | undefined): Made {
  const clock = virtualClock();
  const flows = createFlows({ clock, concurrency, ids: () => 'r' });
  const flow = flows.registerFlow<undefined>('f');
  const seen: Seen = { calls: new Map() };
  new Filler(flows, clock, seen).fill(flow.process('p'), plan);
  return { clock, flows, flow, seen };
}

class Filler {
  readonly #flows: Flows;
  readonly #clock: VirtualClock;
  readonly #seen: Seen;
  /** How often the functions of each step were called, by idempotency key. */
  readonly #counts = new Map<string, number>();
  #flowsMade = 0;

  constructor(flows: Flows, clock: VirtualClock, seen: Seen) {
    this.#flows = flows;
    this.#clock = clock;
    this.#seen = seen;
  }

  fill(scope: Scope<undefined>, plan: BodyPlan): StepHandle<string, unknown, undefined> {
    let last: StepHandle<string, unknown, undefined> | undefined;
    plan.forEach((node, at) => {
      const handle = this.#add(scope, node, `${node.kind} ${at}`);
      if (node.follows && last !== undefined) handle.after(last);
      last = handle;
    });
    return last as never; // an empty body has no value
  }

  #add(scope: Scope<undefined>, node: NodePlan, name: string): StepHandle<string, unknown, undefined> {
    const body = (plan: BodyPlan) => (inner: Scope<undefined>) => this.fill(inner, plan);
    const answer = <Value>({ pace: given, throws }: Answering, value: Value): Value =>
      this.#paced(given, () => {
        if (throws) throw new Error(`${name} answers`);
        return value;
      }) as Value;
    switch (node.kind) {
      case 'step':
        return scope.customStep((s) => this.#work(s, node), name);
      case 'sleep':
        return scope.sleep(node.ms, name);
      case 'wait':
        return scope.waitFor((s) => answer(node.answering, this.#count(s) >= node.askings), name, { every: 2 });
      case 'signal':
        return scope.waitForSignal(name, { timeout: 30 });
      case 'group':
        return scope.group(body(node.body), name);
      case 'case':
        return node.other === undefined
          ? scope.case(() => answer(node.answering, node.answer), name, body(node.body))
          : scope.case(() => answer(node.answering, node.answer), name, body(node.body), body(node.other));
      case 'loop':
        return scope.loopUntil(body(node.body), name, (_, __, iteration) => answer(node.answering, iteration === node.times), { every: node.every });
      case 'retry': {
        const { handler, retries, delay } = node;
        const policy = handler === undefined ? { retries, delay } : (_: unknown, __: Error, attempt: number) => answer(handler, attempt <= retries);
        return scope.retry(body(node.body), name, policy);
      }
      case 'each': {
        const items = Array.from({ length: node.items }, (_, at) => at);
        const { answering: given, isAsync, isCollecting, concurrency } = node;
        return scope.forEach(() => answer(given, isAsync ? asyncly(items) : items), name, (each) => this.fill(each, node.body), {
          onError: isCollecting ? 'collect' : 'fail-fast',
          concurrency,
          key: (item) => `k${item}`,
        });
      }
      case 'call': {
        const other = this.#flows.registerFlow<undefined>(`called ${(this.#flowsMade += 1)}`);
        this.fill(other.process('q'), node.body);
        return scope.call(other, name, () => answer(node.answering, undefined));
      }
      default:
        return node satisfies never;
    }
  }

  #work(s: StepContext<undefined>, { pace: given, failures, ends }: Only<'step'>): unknown {
    const call = `${s.path} ${s.attempt}`;
    this.#seen.calls.set(call, (this.#seen.calls.get(call) ?? 0) + 1);
    const count = this.#count(s);
    if (ends === 'aborted') return new Promise((_, reject) => s.signal.addEventListener('abort', () => reject(s.signal.reason as Error)));
    if (ends === 'never') return new Promise(() => undefined);
    return this.#paced(given, () => {
      if (count <= failures) throw new Error(`${s.name} fails`);
      return s.name;
    });
  }

  #count(s: StepContext<undefined>): number {
    const count = (this.#counts.get(s.idempotencyKey) ?? 0) + 1;
    this.#counts.set(s.idempotencyKey, count);
    return count;
  }

  #paced(given: Pace, work: () => unknown): unknown {
    if (given === 'sync') return work();
    if (given === 'later') return Promise.resolve().then(work);
    return new Promise<void>((resolve) => this.#clock.setTimer(given, resolve)).then(work);
  }
}

async function* asyncly<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}
