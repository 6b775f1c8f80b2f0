import { hint } from '../../define/nearest.ts';
import { shown } from '../../define/shown.ts';
import type { BodySpec, FlowSpec, ProcessSpec, StepSpec } from '../../define/spec.ts';
import { FlowError } from '../../errors.ts';
import { listed } from '../../shortened.ts';
import { bodiesOf } from '../../define/bodies.ts';
import type { Path } from '../entry.ts';
import type { PathRecord, WorkRecord } from '../snapshot.ts';
import { completed, nameOf, nameOfBody, started } from './words.ts';

/** What a state of go-stepflow says about a run. */
export interface Imported {
  readonly paths: Readonly<Record<Path, PathRecord>>;
  readonly moments: number;
}

/**
 * Reads the state of a go-stepflow flow: everything before the event went well. Values are not known, so steps find `undefined`.
 *
 * @param yes - how `true` is encoded: what a case has decided
 * @throws FlowError - `invalid-option`: it is no state of this flow
 */
export function importedFrom(state: readonly unknown[], flow: FlowSpec, at: number, yes: { readonly true: string; readonly false: string }): Imported {
  const [process, ...others] = flow.processes;
  const [event] = state;
  if (process === undefined || others.length > 0 || !process.isSequence) throw wrong(flow, state, 'only flows made by steps() can be begun with the state of go-stepflow');
  if (typeof event !== 'string' || state.length !== 1) throw wrong(flow, state, `give one event, such as '${started(flow.name)}', or null to begin`);
  const importing = new Importing(at, yes);
  if (event === completed(flow.name)) importing.all(process, process.name);
  else if (event !== started(flow.name) && !importing.upTo(event, process, process.name, flow.name)) {
    throw wrong(flow, state, `no item has this event${hint(event, eventsOf(process, flow.name), 'give one of this flow')}`);
  }
  return importing.made();
}

function wrong(flow: FlowSpec, state: readonly unknown[], todo: string): FlowError {
  return new FlowError('invalid-option', `the state of flow '${flow.name}' is [${listed(state.map(shown), 10, (count) => `${count} more`).join(', ')}]; ${todo}`);
}

/** Records in the making. */
class Importing {
  readonly #at: number;
  readonly #yes: { readonly true: string; readonly false: string };
  readonly #paths: Record<Path, PathRecord> = {};
  #moments = 0;

  constructor(at: number, yes: { readonly true: string; readonly false: string }) {
    this.#at = at;
    this.#yes = yes;
  }

  made(): Imported {
    return { paths: this.#paths, moments: this.#moments };
  }

  /** Everything of a scope went well. */
  all({ steps }: ProcessSpec, place: string): void {
    for (const step of steps) this.#succeeded(step, place);
  }

  /** Everything before an event went well; returns false, and records nothing that counts, if the event is not in this scope. */
  upTo(event: string, { steps }: ProcessSpec, place: string, scope: string): boolean {
    for (const step of steps) {
      const name = nameOf(step, scope);
      if (event === completed(name)) {
        this.#succeeded(step, place);
        return true;
      }
      if (event === started(name) || sequencesOf(step).some((body) => this.#inside(event, step, body, place, name))) return true;
      this.#succeeded(step, place);
    }
    return false;
  }

  /** Whether an event is in a body of a step: then the step is at work there. */
  #inside(event: string, step: StepSpec, body: BodySpec, place: string, name: string): boolean {
    const called = nameOfBody(step, name, body);
    const { composite } = step;
    const which = event.slice(event.indexOf(':') + 1);
    if (composite === undefined || !which.startsWith(called)) return false; // its events all begin with its name; whether this is one of them, the search says
    const { kind } = composite;
    const isOther = kind === 'case' && body === composite.otherwise;
    const path = `${place}/${step.name}`;
    const begin = this.#moments++;
    const before = { ...this.#paths };
    const inner = `${path}${isOther ? '#otherwise' : kind === 'loop' || kind === 'retry' ? '#1' : ''}`;
    if (event === completed(called)) this.all(body.process, inner);
    else if (event !== started(called) && !this.upTo(event, body.process, inner, called)) {
      for (const added of Object.keys(this.#paths)) if (!(added in before)) delete this.#paths[added];
      this.#moments = begin;
      return false;
    }
    const work: WorkRecord = kind === 'case' ? { decided: isOther ? this.#yes.false : this.#yes.true } : {};
    this.#paths[path] = { s: 'open', n: 1, begin, since: this.#at, at: this.#at, kind: 'composite', opened: true, ...(kind === 'case' && { work }) };
    return true;
  }

  #succeeded({ name, composite }: StepSpec, place: string): void {
    const begin = this.#moments++;
    this.#paths[`${place}/${name}`] = { s: 'succeeded', n: 1, begin, end: this.#moments++, since: this.#at, at: this.#at, ...(composite && { kind: 'composite' }) };
  }
}

/** The bodies that go-stepflow knows: in those of items nothing has a position of its own. */
function sequencesOf(step: StepSpec): readonly BodySpec[] {
  return step.composite?.kind === 'forEach' ? [] : bodiesOf(step);
}

/** All events of a sequence, for hints. */
function eventsOf({ steps }: ProcessSpec, scope: string): readonly string[] {
  return steps.flatMap((step) => {
    const name = nameOf(step, scope);
    const inner = sequencesOf(step).flatMap((body) => {
      const called = nameOfBody(step, name, body);
      return called === name ? eventsOf(body.process, called) : [started(called), completed(called), ...eventsOf(body.process, called)];
    });
    return [started(name), completed(name), ...inner];
  });
}
