import type { Definition, Deed, Statement, TimingPlan } from './definition.ts';
import { type Draw, pick, rarely, shuffled } from './draw.ts';
import { dependentsIn, readWritten } from './written.ts';

const deeds: readonly Deed[] = ['succeed', 'succeed', 'succeed', 'succeed', 'succeed', 'fail', 'fail', 'skip', 'pass on'];

/** Some steps that are registered by one call, and what they wait for. They only refer to units made before them. */
interface Unit {
  readonly line: Statement;
  readonly adds: readonly string[];
  readonly target: string;
  readonly timings: readonly TimingPlan[];
}

/** What may be waited for: the steps and groups of a process that rank lower. */
interface Pool {
  readonly steps: string[];
  readonly groups: string[];
}

/**
 * Makes a random definition with at least one step and no cycle: every step refers only to steps of lower rank. The lines are
 * then put in another order; a reference to what has not been registered yet becomes a name, a function or a late `after`.
 */
export function randomDefinition(draw: Draw, size: number): Definition {
  const names = new Names();
  const ranked = Array.from({ length: 1 + (rarely(draw, 2) ? draw(3) : 0) }, (_, rank) => `p${rank}`);
  const parts = ranked.map((process, rank) => {
    const empty = rank > 0 && rarely(draw, 8);
    return empty ? [] : processLines(draw, process, 1 + draw(Math.max(1, Math.ceil(size / ranked.length))), names);
  });
  const orders = ranked.flatMap((process, rank): Statement[] => {
    const after = ranked.slice(0, rank).filter(() => rarely(draw, 2));
    return after.length === 0 ? [] : [{ do: 'order', process, after }];
  });
  const statements: readonly Statement[] = [
    ...shuffled(draw, ranked).map((process): Statement => ({ do: 'process', process })),
    ...merged(draw, rarely(draw, 2) ? [orders, ...parts] : [...parts, orders]),
  ];
  const done = new Map(names.all.map((step) => [step, pick(draw, deeds)]));
  return { statements: [...statements, ...cascades(draw, { statements, deeds: done })], deeds: done };
}

/** Steps that skip their dependents, and some of these that they except. */
function cascades(draw: Draw, definition: Definition): readonly Statement[] {
  return [...dependentsIn(readWritten(definition))].flatMap(([step, dependents]): Statement[] => {
    if (definition.deeds.get(step) !== 'pass on' && !rarely(draw, 8)) return [];
    const except = dependents.size === 0 ? [] : Array.from({ length: draw(5) }, () => pick(draw, [...dependents]));
    return [{ do: 'cascade', step, except }];
  });
}

/** Gives out the names of steps and groups. */
class Names {
  readonly all: string[] = [];
  #groups = 0;

  step(): string {
    const name = `s${this.all.length}`;
    this.all.push(name);
    return name;
  }

  group(): string {
    return `g${this.#groups++}`;
  }
}

function processLines(draw: Draw, process: string, count: number, names: Names): readonly Statement[] {
  const pool: Pool = { steps: [], groups: [] };
  const units = Array.from({ length: count }, () => ordinary(draw, process, pool, names));
  const parts: Unit[][] = [[]]; // syncAll divides them: what is registered before it never waits for it
  for (const unit of units) {
    if (unit.line.do === 'syncAll') parts.push([unit], []);
    else parts.at(-1)!.push(unit);
  }
  const order = parts.flatMap((part) => shuffled(draw, part));
  const always: string[] = [];
  for (let left = rarely(draw, 4) ? 1 + draw(2) : 0; left > 0; left--) {
    const unit = alwaysUnit(draw, process, always, names);
    order.splice(order.length - draw(order.length + 1), 0, unit);
  }
  return declared(draw, order);
}

function ordinary(draw: Draw, process: string, pool: Pool, names: Names): Unit {
  const base = pool.steps[pool.steps.length - 1 - draw(pool.steps.length || 1)];
  const kinds = ['step', 'step', 'step', 'step', 'follow', 'parallel', 'parallel', 'next', 'same', 'syncAll'] as const;
  const kind = pick(draw, base === undefined ? kinds.slice(0, 7) : kinds);
  const timings = randomTimings(draw, pool);
  const unit = ((): Unit => {
    if (kind === 'follow' || kind === 'parallel') {
      const group = names.group();
      const steps = Array.from({ length: 1 + draw(4) }, () => names.step());
      pool.groups.push(group);
      return { line: { do: kind, process, group, steps }, adds: [...steps, group], target: group, timings };
    }
    const step = names.step();
    if (kind === 'step') return { line: { do: 'step', process, step, timings: [] }, adds: [step], target: step, timings };
    if (kind === 'syncAll') return { line: { do: 'syncAll', process, step }, adds: [step], target: step, timings: timings.slice(1) };
    return { line: { do: kind, process, step, of: base! }, adds: [step], target: step, timings: timings.slice(1) };
  })();
  pool.steps.push(...unit.adds.filter((name) => name.startsWith('s')));
  return unit;
}

/** Always-steps wait for one another at most: they come after everything else as it is. */
function alwaysUnit(draw: Draw, process: string, always: string[], names: Names): Unit {
  const step = names.step();
  const timings = rarely(draw, 2) ? randomTimings(draw, { steps: [...always], groups: [] }) : [];
  always.push(step);
  return { line: { do: 'always', process, step }, adds: [step], target: step, timings };
}

function randomTimings(draw: Draw, pool: Pool): readonly TimingPlan[] {
  if (pool.steps.length === 0) return [];
  return Array.from({ length: draw(4) }, () => randomTiming(draw, pool, 0));
}

function randomTiming(draw: Draw, pool: Pool, depth: number): TimingPlan {
  const kinds = ['step', 'step', 'step', 'group', 'settled', 'failed', 'anyOf', ...(depth === 0 ? (['optional'] as const) : [])] as const;
  const kind = depth > 2 ? 'step' : pick(draw, kinds);
  if (kind === 'group' && pool.groups.length > 0) return { kind, group: pick(draw, pool.groups) };
  if (kind === 'step' || kind === 'group') {
    return { kind: 'step', step: pool.steps[pool.steps.length - 1 - draw(pool.steps.length)]!, as: pick(draw, ['handle', 'name', 'function']) };
  }
  const inner = kind === 'failed' ? 2 : depth;
  const of = Array.from({ length: 1 + draw(3) }, () => (kind === 'failed' ? stepOrGroup(draw, pool) : randomTiming(draw, pool, inner + 1)));
  return { kind, of };
}

/** All that can fail by itself. */
function stepOrGroup(draw: Draw, pool: Pool): TimingPlan {
  if (pool.groups.length > 0 && rarely(draw, 3)) return { kind: 'group', group: pick(draw, pool.groups) };
  return randomTiming(draw, pool, 3);
}

/** Writes the units down, each timing where it can stand: in the call that registers, or later. */
function declared(draw: Draw, units: readonly Unit[]): readonly Statement[] {
  const known = new Set<string>();
  const lines: Statement[] = [];
  let late: { readonly target: string; readonly timing: TimingPlan }[] = [];
  const flush = (all: boolean): void => {
    late = late.filter(({ target, timing }) => {
      if (!canStand(timing, known) || (!all && rarely(draw, 2))) return true;
      lines.push({ do: 'after', target, timings: [timing] });
      return false;
    });
  };
  for (const { line, adds, target, timings } of units) {
    const now = line.do === 'step' && !rarely(draw, 3) ? timings.filter((timing) => canStand(timing, known)) : [];
    lines.push(line.do === 'step' ? { ...line, timings: now } : registrable(line, known));
    for (const name of adds) known.add(name);
    late.push(...timings.filter((timing) => !now.includes(timing)).map((timing) => ({ target, timing })));
    flush(false);
  }
  flush(true);
  return lines;
}

/** A step beside another one that has not been registered yet waits for its name instead. */
function registrable(line: Statement, known: ReadonlySet<string>): Statement {
  if ((line.do !== 'next' && line.do !== 'same') || known.has(line.of)) return line;
  const { process, step } = line;
  return { do: 'step', process, step, timings: [{ kind: 'step', step: line.of, as: 'name' }] };
}

function canStand(timing: TimingPlan, known: ReadonlySet<string>): boolean {
  if (timing.kind === 'group') return known.has(timing.group);
  if (timing.kind === 'step') return timing.as !== 'handle' || known.has(timing.step);
  return timing.of.every((inner) => canStand(inner, known));
}

/** Mixes lists, each keeping its own order. */
function merged(draw: Draw, lists: readonly (readonly Statement[])[]): readonly Statement[] {
  const left = lists.map((list) => [...list]).filter((list) => list.length > 0);
  const out: Statement[] = [];
  while (left.length > 0) {
    const list = pick(draw, left);
    out.push(list.shift()!);
    if (list.length === 0) left.splice(left.indexOf(list), 1);
  }
  return out;
}
