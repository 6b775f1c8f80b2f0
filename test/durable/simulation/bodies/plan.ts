import { codeOf, type Deed, type Definition, type Statement, type TimingPlan } from '../../../kernel/definition.ts';
import { type Draw, pick, rarely } from '../../../kernel/draw.ts';
import { randomDefinition } from '../../../kernel/random-definition.ts';

/** How a function of a composite step answers. */
export interface Answering {
  readonly isAsync: boolean;
  readonly throws: boolean;
  /** The time of the step, or of the flow that it calls. */
  readonly timeoutMs: number | undefined;
}

/** What a composite step is made of. */
export type CompositePlan = { readonly answering: Answering } & (
  | { readonly kind: 'sleep'; readonly ms: number; readonly isAsked: boolean }
  | { readonly kind: 'wait' }
  | { readonly kind: 'group'; readonly body: ScopePlan }
  | { readonly kind: 'case'; readonly answer: boolean; readonly body: ScopePlan; readonly otherwise: ScopePlan | undefined }
  | { readonly kind: 'loop'; readonly times: number; readonly everyMs: number; readonly body: ScopePlan }
  | { readonly kind: 'retry'; readonly retries: number; readonly delayMs: number; readonly isAsked: boolean; readonly body: ScopePlan }
  | EachPlan
  | { readonly kind: 'call'; readonly flow: string; readonly body: ScopePlan }
);

export interface EachPlan {
  readonly answering: Answering;
  readonly kind: 'each';
  readonly count: number;
  readonly from: 'list' | 'function' | 'iterable' | 'iterable that goes on';
  readonly isCollecting: boolean;
  readonly concurrency: number | undefined;
  readonly body: ScopePlan;
}

/** A scope: the flow, a body, or a flow that is called. */
export interface ScopePlan {
  readonly definition: Definition;
  /** The steps that are more than a function. */
  readonly composites: ReadonlyMap<string, CompositePlan>;
  /** The steps that fail until their body is tried again for the so manieth time. */
  readonly early: ReadonlyMap<string, number>;
}

/** How often anything around a path is tried again. */
export function triesOf(path: string): number {
  return [...path.matchAll(/\/s\d+retry\w*#(\d+)/g)].reduce((sum, [, number]) => sum + Number(number) - 1, 1);
}

/** Makes random definitions with composite steps, up to three inside of one another. */
export class Planner {
  readonly #draw: Draw;
  /** Whether the time of some steps may be up. */
  readonly isTimed: boolean;
  #scopes = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
    this.isTimed = rarely(draw, 5);
  }

  scope(depth: number, size: number, isFlow: boolean, retries = 0): ScopePlan {
    const draw = this.#draw;
    let drawn = randomDefinition(draw, size);
    for (let left = 20; left > 0 && !isGood(drawn, depth, isFlow); left -= 1) drawn = randomDefinition(draw, size);
    while (!isGood(drawn, 0, isFlow)) drawn = randomDefinition(draw, size);
    const suffix = `x${(this.#scopes += 1)}`;
    const kinds = new Map<string, CompositePlan['kind']>();
    for (const line of drawn.statements) {
      if (line.do === 'step' && depth > 0 && !rarely(draw, 4)) kinds.set(line.step, pick(draw, ['group', 'loop', 'retry', 'each', 'call', 'case', 'sleep', 'wait'] as const));
    }
    const renamed = (name: string): string => `${name}${kinds.get(name) ?? ''}${suffix}`;
    const definition = withNames(drawn, renamed, kinds);
    const composites = new Map([...kinds].map(([step, kind]) => [renamed(step), this.#composite(kind, depth - 1, retries)] as const));
    const early = new Map<string, number>();
    for (const [step, deed] of definition.deeds) if (deed === 'fail' && !composites.has(step) && retries > 0 && rarely(draw, 2)) early.set(step, 1 + draw(retries));
    return { definition, composites, early };
  }

  #composite(kind: CompositePlan['kind'], depth: number, retries: number): CompositePlan {
    const draw = this.#draw;
    const answering = { isAsync: rarely(draw, 2), throws: rarely(draw, 12), timeoutMs: this.isTimed && rarely(draw, 3) ? 5 + draw(60) : undefined };
    const body = (more = 0): ScopePlan => this.scope(depth, 1 + draw(4), kind === 'call', Math.max(retries, more));
    switch (kind) {
      case 'sleep':
        return { kind, answering, ms: 10 * draw(4), isAsked: rarely(draw, 2) };
      case 'wait':
        return { kind, answering };
      case 'group':
        return { kind, answering, body: body() };
      case 'case':
        return { kind, answering, answer: rarely(draw, 2), body: body(), otherwise: rarely(draw, 2) ? body() : undefined };
      case 'loop':
        return { kind, answering, times: 1 + draw(3), everyMs: 10 * draw(3), body: body() };
      case 'retry': {
        const more = draw(3);
        return { kind, answering, retries: more, delayMs: 10 * draw(3), isAsked: rarely(draw, 2), body: body(more) };
      }
      case 'each': {
        const isCollecting = rarely(draw, 2);
        const from = pick(draw, ['list', 'function', 'iterable', 'iterable that goes on'] as const);
        return { kind, answering, count: draw(4), from, isCollecting, concurrency: isCollecting ? pick(draw, [undefined, 1, 2]) : 1, body: body() };
      }
      case 'call':
        return { kind, answering, flow: `flow ${(this.#scopes += 1)}`, body: body() };
      default:
        return kind satisfies never;
    }
  }
}

/** Whether a definition may be a body, and has steps that may be more than a function. */
function isGood({ statements }: Definition, depth: number, isFlow: boolean): boolean {
  const isOne = isFlow || statements.filter((line) => line.do === 'process').length === 1;
  return isOne && (depth === 0 || statements.some((line) => line.do === 'step'));
}

/** Names are unique in all scopes; composite steps have no function to be named by. */
function withNames({ statements, deeds }: Definition, renamed: (name: string) => string, kinds: ReadonlyMap<string, unknown>): Definition {
  const timing = (one: TimingPlan): TimingPlan => {
    if (one.kind === 'group') return { ...one, group: renamed(one.group) };
    if (one.kind !== 'step') return { ...one, of: one.of.map(timing) };
    return { ...one, step: renamed(one.step), as: kinds.has(one.step) && one.as === 'function' ? 'name' : one.as };
  };
  const named = (line: Statement): Statement => {
    switch (line.do) {
      case 'process':
      case 'order':
      case 'limit':
        return line;
      case 'step':
        return { ...line, step: renamed(line.step), timings: line.timings.map(timing) };
      case 'next':
      case 'same':
        return { ...line, step: renamed(line.step), of: renamed(line.of) };
      case 'follow':
      case 'parallel':
        return { ...line, group: renamed(line.group), steps: line.steps.map(renamed) };
      case 'after':
        return { ...line, target: renamed(line.target), timings: line.timings.map(timing) };
      case 'syncAll':
      case 'always':
        return { ...line, step: renamed(line.step) };
      case 'cascade':
        return { ...line, step: renamed(line.step), except: line.except.map(renamed) };
      default:
        return line satisfies never;
    }
  };
  const cascading = new Set(statements.flatMap((line) => (line.do === 'cascade' ? [line.step] : [])));
  const done = [...deeds].map(([step, deed]): [string, Deed] => [renamed(step), deed === 'skip' && cascading.has(step) ? 'pass on' : deed]);
  return { statements: statements.map(named), deeds: new Map(done) };
}

/** A scope and all that are in it. */
export function scopesOf(scope: ScopePlan): readonly ScopePlan[] {
  const inner = [...scope.composites.values()].flatMap((one) => ('body' in one ? [one.body, ...('otherwise' in one && one.otherwise ? [one.otherwise] : [])] : []));
  return [scope, ...inner.flatMap(scopesOf)];
}

/** A plan as one can read it. */
export function textOfPlan(scope: ScopePlan, indent = ''): string {
  const lines = codeOf(scope.definition).split('\n');
  const early = [...scope.early].map(([step, tries]) => `// ${step} fails until try ${tries + 1}`);
  const inner = [...scope.composites].flatMap(([step, one]) => {
    const { body, otherwise, ...rest } = one as Extract<CompositePlan, { readonly kind: 'case' }>; // or of another kind, which has less
    const own = `${step}: ${JSON.stringify(rest)}`;
    return [own, ...[body, otherwise].flatMap((part: ScopePlan | undefined) => (part === undefined ? [] : [textOfPlan(part, '    ')]))];
  });
  return [...lines, ...early, ...inner].map((line) => line.split('\n').map((part) => `${indent}${part}`).join('\n')).join('\n');
}
