import type { Answering, BodyPlan, NodePlan } from './random-bodies.ts';

/** How a step of a run has to end: its status, and the message of its error. */
export type Expected = readonly [path: string, status: 'succeeded' | 'failed' | 'cancelled', message?: string];

/** Plainly works out how every step of every body ends, if nothing is stopped and nothing races. Knows no time and no order of events. */
export function expectedOf(plan: BodyPlan): readonly Expected[] {
  const oracle = new Oracle();
  oracle.body(plan, 'p', 'p');
  return oracle.ends;
}

/** The error of a body that failed. */
type Failure = string | undefined;

class Oracle {
  readonly ends: Expected[] = [];
  readonly #counts = new Map<string, number>();

  /** Runs a body and returns its error. `place` is what its paths begin with, `key` what its idempotency keys do. */
  body(plan: BodyPlan, place: string, key: string): Failure {
    const failures: { readonly tier: number; readonly message: string }[] = [];
    let tier = 0;
    let isBroken = false;
    plan.forEach((node, at) => {
      const name = `${node.kind} ${at}`;
      const path = `${place}/${name}`;
      const waits = node.follows && at > 0;
      tier = waits ? tier + 1 : 0;
      if (waits && isBroken) {
        this.ends.push([path, 'cancelled']);
        return;
      }
      const message = this.#node(node, name, path, `${key}/${name}`);
      isBroken = message !== undefined;
      if (message === undefined) {
        this.ends.push([path, 'succeeded']);
      } else {
        this.ends.push([path, 'failed', message]);
        failures.push({ tier, message });
      }
    });
    return failures.sort((a, b) => a.tier - b.tier)[0]?.message;
  }

  #node(node: NodePlan, name: string, path: string, key: string): Failure {
    const asked = ({ throws }: Answering): Failure => (throws ? `${name} answers` : undefined);
    switch (node.kind) {
      case 'step':
        return this.#count(key) <= node.failures ? `${name} fails` : undefined;
      case 'sleep':
        return undefined;
      case 'wait':
        return this.#wait(node.askings, asked(node.answering), key);
      case 'signal':
        return 'timeout';
      case 'group':
        return this.body(node.body, path, key);
      case 'case': {
        const thrown = asked(node.answering);
        const body = node.answer ? node.body : node.other;
        const suffix = node.answer ? '' : '#otherwise';
        return thrown ?? (body && this.body(body, path + suffix, key + suffix));
      }
      case 'loop':
        for (let at = 1; ; at += 1) {
          const failure = this.body(node.body, `${path}#${at}`, `${key}#${at}`) ?? asked(node.answering);
          if (failure !== undefined || at === node.times) return failure;
        }
      case 'retry':
        for (let at = 1; ; at += 1) {
          const failure = this.body(node.body, `${path}#${at}`, key);
          if (failure === undefined) return undefined;
          const thrown = node.handler && asked(node.handler);
          if (thrown !== undefined || at > node.retries) return thrown ?? failure;
        }
      case 'each': {
        const thrown = asked(node.answering);
        if (thrown !== undefined) return thrown;
        for (let at = 0; at < node.items; at += 1) {
          const failure = this.body(node.body, `${path}/k${at}`, `${key}/k${at}`);
          if (failure !== undefined && !node.isCollecting) return failure;
        }
        return undefined;
      }
      case 'call':
        return asked(node.answering) ?? (this.body(node.body, `${path}/q`, `${key}/q`) === undefined ? undefined : 'run-failed');
      default:
        return node satisfies never;
    }
  }

  /** A wait that is tried again goes on counting, and may have passed the asking that it waits for. */
  #wait(askings: number, thrown: Failure, key: string): Failure {
    if (thrown !== undefined) {
      this.#count(key);
      return thrown;
    }
    while (this.#count(key) < askings);
    return undefined;
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }
}
