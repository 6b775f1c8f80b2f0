import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlowSpec } from '../../src/define/spec.ts';
import type { Compiled } from '../../src/graph/compile.ts';
import type { Template } from '../../src/graph/template.ts';
import { Kernel } from '../../src/run/kernel/kernel.ts';
import { Plan } from '../../src/run/plan.ts';
import { valueOf, Writes } from '../../src/run/writes.ts';
import { compiledOf } from './build.ts';
import { codeOf, type Deed, type Definition, type Statement, type TimingPlan } from './definition.ts';
import { decisions, type Draw, pick, rarely, scripted, seeded, shuffled } from './draw.ts';
import { unhindered } from './drive.ts';
import { randomDefinition } from './random-definition.ts';

const keys = ['one', 'two', 'three'] as const;
type Name = (typeof keys)[number];

/** The keys of a run as they are meant: what a step set, which steps come before which, and when each started and ended. */
class Meant {
  readonly #template: Template;
  readonly #ancestors: readonly ReadonlySet<number>[];
  readonly #sets = new Map<Name, Map<number, unknown>>(keys.map((key) => [key, new Map()]));
  readonly #starts = new Map<number, number>();
  readonly #ends = new Map<number, number>();
  #moment = 0;

  constructor(template: Template) {
    this.#template = template;
    this.#ancestors = Array.from({ length: template.size }, (_, node) => ancestorsOf(template, node));
  }

  start(node: number): void {
    this.#starts.set(node, this.#moment++);
  }

  end(node: number): void {
    this.#ends.set(node, this.#moment++);
  }

  set(node: number, key: Name, value: unknown): void {
    this.#sets.get(key)!.set(node, value);
  }

  get(reader: number, key: Name): unknown {
    return this.#sets.get(key)!.get(this.endWriters(reader, key).at(-1)!);
  }

  endWriters(reader: number, key: Name): readonly number[] {
    const sets = this.#sets.get(key)!;
    if (sets.has(reader)) return [reader];
    const seen = [...sets.keys()].filter((node) => this.#ancestors[reader]!.has(node) && (this.#ends.get(node) ?? Infinity) < this.#starts.get(reader)!);
    const nearest = seen.filter((node) => !seen.some((other) => this.#ancestors[other]!.has(node)));
    return nearest.sort((a, b) => this.#template.steps[a]!.spec.index - this.#template.steps[b]!.spec.index);
  }
}

function ancestorsOf({ inStart, ins }: Template, node: number): ReadonlySet<number> {
  const before = new Set<number>();
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const from of ins.subarray(inStart[next], inStart[next + 1])) {
      before.add(from);
      open.push(from);
    }
  }
  return before;
}

/** Runs a flow in a random order, lets its steps set and read at random moments, and compares each answer with what is meant. */
function compare(draw: Draw, compiled: Compiled, deeds: ReadonlyMap<string, Deed>, eager: boolean): void {
  const { template } = compiled;
  const plan = new Plan(compiled, new FlowSpec('', undefined));
  const kernel = new Kernel(template, unhindered);
  const writes = new Writes(kernel, plan, false);
  const meant = new Meant(template);
  const atWork: number[] = [];
  const work = (node: number): void => {
    const key = pick(draw, keys);
    if (!rarely(draw, 3)) {
      expect([node, key, valueOf(writes.get(node, key))]).toEqual([node, key, meant.get(node, key)]);
      expect([node, key, writes.endWriters(node, key)]).toEqual([node, key, meant.endWriters(node, key)]);
    }
    if (rarely(draw, 2)) return;
    const value = rarely(draw, 8) ? undefined : `${node} under ${key}`;
    writes.set(node, key, value);
    meant.set(node, key, value);
  };
  while (kernel.left > 0) {
    const taken = eager || atWork.length === 0 || rarely(draw, 2) ? kernel.take() : -1;
    if (taken >= 0) {
      meant.start(taken);
      atWork.push(taken);
      work(taken);
      continue;
    }
    if (rarely(draw, 3)) work(pick(draw, atWork));
    const [node] = atWork.splice(draw(atWork.length), 1);
    const deed = deeds.get(template.steps[node!]!.name);
    meant.end(node!);
    if (deed === 'fail') kernel.fail(node!, 'error', undefined);
    else if (deed === 'skip') kernel.skip(node!, false);
    else kernel.succeed(node!, 'value');
  }
}

test('what a step sees under a key is what it set, else what the nearest ancestors set that had ended, the later declared one first', () => {
  const property = fc.property(decisions, fc.integer(), fc.boolean(), (numbers, seed, eager) => {
    const definition = randomDefinition(scripted(numbers), 14);
    try {
      compare(seeded(seed), compiledOf(definition), definition.deeds, eager);
    } catch (error) {
      throw new Error(`${codeOf(definition)}\n${String(error)}`, { cause: error });
    }
  });
  fc.assert(property, { numRuns: 1_500 });
}, 120_000);

//   layers of `width` steps, declared in any order; each step waits for some of the layer before, or for all of it
function layered(draw: Draw, width: number, layers: number, late: boolean): Definition {
  const steps: Statement[] = [];
  const name = (layer: number, at: number): string => `s${layer}n${at}`;
  for (let layer = 0; layer < layers; layer++) {
    for (let at = 0; at < width; at++) {
      const count = layer === 0 ? 0 : rarely(draw, 9) ? width : 1 + draw(3);
      const timings = Array.from({ length: count }, (_, index): TimingPlan => {
        const timing: TimingPlan = { kind: 'step', step: name(layer - 1 - (rarely(draw, 5) ? draw(layer) : 0), count === width ? index : draw(width)), as: 'name' };
        return late && rarely(draw, 30) ? { kind: pick(draw, ['settled', 'optional'] as const), of: [timing] } : timing;
      });
      steps.push({ do: 'step', process: 'p', step: name(layer, at), timings });
    }
  }
  const statements: readonly Statement[] = [{ do: 'process', process: 'p' }, ...shuffled(draw, steps)];
  const all = statements.flatMap((line) => (line.do === 'step' ? [line.step] : []));
  return { statements, deeds: new Map(all.map((step) => [step, late && rarely(draw, 12) ? 'fail' : 'succeed'])) };
}

test.for([false, true])('the same in wide layers, where many write side by side (steps that start before their ancestors end: %s)', (late) => {
  for (let seed = 1; seed <= 25; seed++) {
    const draw = seeded(seed);
    const definition = layered(draw, 5 + draw(30), 6, late);
    compare(draw, compiledOf(definition), definition.deeds, rarely(draw, 2));
  }
});
