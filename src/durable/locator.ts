import type { BodySpec, CompositeSpec, FlowSpec } from '../define/spec.ts';
import type { Plan } from '../run/plan.ts';
import type { Path } from './entry.ts';

/** Compiles a flow that is called. */
export type PlanOf = (flow: FlowSpec) => Plan;

/** A scope of a definition: the flow, or one run of the body of a composite step. */
export interface Place {
  /** What its paths begin with; `undefined` for the flow. */
  readonly place: string | undefined;
  readonly plan: Plan;
  /** Whether its paths begin with a process. */
  readonly isFlow: boolean;
  /** The composite step around it. */
  readonly host: { readonly at: Place; readonly node: number } | undefined;
}

/** What a recorded path means: a node of a scope, or an item of it, if the definition has it. */
export interface Located {
  readonly at: Place;
  readonly node: number | undefined;
  readonly isItem: boolean;
}

/** Finds what recorded paths mean in a definition. */
export class Locator {
  readonly #root: Place;
  readonly #planOf: PlanOf;
  readonly #places = new Map<string, Place>();

  constructor(plan: Plan, planOf: PlanOf) {
    this.#root = { place: undefined, plan, isFlow: true, host: undefined };
    this.#planOf = planOf;
  }

  locate(path: Path): Located {
    let at = this.#root;
    for (let from = 0; ; ) {
      const end = endOfName(path, from, at.isFlow);
      const node = at.plan.nodeAt(path.slice(from, end));
      if (node === undefined || end === path.length) return { at, node, isItem: false };
      const composite = at.plan.template.composites?.[node];
      const place = composite && placeIn(composite, path, end);
      if (composite === undefined || place === undefined || !('body' in composite || composite.kind === 'call')) return { at, node: undefined, isItem: false };
      if (place === path.length) return { at, node: composite.kind === 'forEach' ? node : undefined, isItem: composite.kind === 'forEach' };
      at = this.#placeAt(path.slice(0, place), composite, { at, node });
      from = place + 1;
    }
  }

  #placeAt(place: string, composite: WithInside, host: { readonly at: Place; readonly node: number }): Place {
    const known = this.#places.get(place);
    if (known !== undefined) return known;
    const made: Place =
      composite.kind === 'call'
        ? { place, plan: this.#planOf(composite.flow), isFlow: true, host }
        : { place, plan: host.at.plan.ofBody(bodyAt(composite, place)), isFlow: false, host };
    this.#places.set(place, made);
    return made;
  }
}

/** Whether anything in a flow calls a flow, whose structure is its own. */
export function callsFlows(plan: Plan): boolean {
  const scopes = [plan.compiled];
  for (const { template, bodies } of scopes) { // grows while it is read
    if (template.composites?.some((composite) => composite?.kind === 'call') === true) return true;
    scopes.push(...bodies.values());
  }
  return false;
}

/** A composite step with something in it. */
type WithInside = Extract<CompositeSpec, { readonly body: BodySpec }> | Extract<CompositeSpec, { readonly kind: 'call' }>;

/** Where the path of a node ends inside of a longer path. */
function endOfName(path: Path, from: number, isFlow: boolean): number {
  const process = isFlow && path[from] !== '@' ? path.indexOf('/', from) + 1 : from;
  for (let at = process === 0 ? from : process; at < path.length; at++) if (path[at] === '/' || path[at] === '#') return at;
  return path.length;
}

/** Where the place of a body ends inside of a path that goes into a composite step; `undefined` if it has no such body. */
function placeIn(composite: CompositeSpec, path: Path, end: number): number | undefined {
  const next = path.indexOf('/', end + 1);
  const until = next < 0 ? path.length : next;
  const more = path.slice(end + 1, until);
  switch (composite.kind) {
    case 'group':
    case 'call':
      return path[end] === '/' ? end : undefined;
    case 'case':
      if (path[end] === '/') return end;
      return more === 'otherwise' && composite.otherwise !== undefined ? until : undefined;
    case 'loop':
    case 'retry':
      return path[end] === '#' && /^[1-9]\d*$/.test(more) ? until : undefined;
    case 'forEach':
      return path[end] === '/' ? until : undefined;
    case 'waitFor':
    case 'signal':
    case 'sleep':
      return undefined;
    default:
      return composite satisfies never;
  }
}

function bodyAt(composite: Extract<CompositeSpec, { readonly body: BodySpec }>, place: string): BodySpec {
  const isOther = composite.kind === 'case' && composite.otherwise !== undefined && place.endsWith('#otherwise');
  return isOther ? (composite.otherwise) : composite.body; // it is there
}
