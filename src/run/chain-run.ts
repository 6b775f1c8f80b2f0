import type { CallbackSpec } from '../define/callback-list.ts';
import type { InternalErrorStage } from '../define/events.ts';
import { CallbackError, type CallbackPlace } from '../errors.ts';
import type { Chain, Level } from '../graph/chains.ts';
import type { ProblemDetails } from './problems.ts';
import type { Position } from './restored.ts';
import { isThenable } from './thenable.ts';
import { errorOf } from './thrown.ts';

const levels: readonly Level['name'][] = ['registry', 'flow', 'process', 'step'];

/** Who is told what callbacks threw; that of a `must` one is a failure of the unit besides. */
export interface CallbackErrors {
  problem(stage: InternalErrorStage, thrown: unknown, path: string | undefined, details?: ProblemDetails): void;
}

/**
 * What chains of callbacks are about. One object may stand for many units of a kind, told apart by their nodes: to make one for each
 * would cost more than a small callback.
 */
export interface Units {
  readonly errors: CallbackErrors;
  /** Whether everything before the work of a unit went well; else only `always` callbacks run after it. */
  hasBegun(node: number): boolean;
  /** Whether callbacks at one end of a unit may still run: not when it was given up and has its outcome without them. */
  isOpen(node: number, isBefore: boolean): boolean;
  /** Its path or name. */
  pathOf(node: number): string;
}

/** How a unit ended, which callbacks after the end get as well: an outcome, or a status; `undefined` before the work. */
type Ended = { readonly status: string } | string | undefined;

/** One end of one unit. */
interface UnitEnd {
  readonly chain: Chain;
  readonly units: Units;
  readonly node: number;
  /** What callbacks get. */
  readonly context: unknown;
  readonly ended: Ended;
}

/** One callback of it. */
interface Call {
  readonly units: Units;
  readonly node: number;
  readonly spec: CallbackSpec;
  readonly level: Level;
  readonly order: number;
}

/** How far a chain has come. */
interface Progress {
  readonly level: number;
  readonly order: number;
  /** Whether a callback of the level said `'break'`. */
  readonly broken: boolean;
  readonly failure: CallbackError | undefined;
}

const start: Progress = { level: 0, order: 0, broken: false, failure: undefined };

/**
 * Runs the callbacks at one end of a unit, level by level, each after the other. A failure of a `must` one ends it, `'break'` ends a
 * level; neither holds back `always` callbacks. Returns the failure of a `must` callback, if there was one; a promise only if a
 * callback returned one. Nothing is allocated for callbacks that return nothing.
 */
export function runChain(
  chain: Chain,
  units: Units,
  node: number,
  context: unknown,
  ended: Ended,
  from: Progress = start,
): CallbackError | undefined | Promise<CallbackError | undefined> {
  let { order, broken, failure } = from;
  for (let at = from.level; at < chain.length; at++) {
    const level = chain[at] as Level; // below the length
    for (; order < level.callbacks.length; order++) {
      const spec = level.callbacks[order] as CallbackSpec; // below the length
      if (!spec.always && (broken || failure !== undefined || !units.hasBegun(node))) continue;
      if (isFiltered(spec) && !lets({ units, node, spec, level, order }, ended)) continue;
      if (!units.isOpen(node, ended === undefined)) return failure;
      try {
        const returned = spec.fn(context, ended);
        if (isThenable(returned)) return goOnAfter(returned, { chain, units, node, context, ended }, { level: at, order, broken, failure });
        if (returned === 'break') broken = true;
      } catch (thrown) {
        failure = failed({ units, node, spec, level, order }, thrown, failure);
      }
    }
    order = 0;
    broken = false;
  }
  return failure;
}

/** Where a chain goes on: at the first level that is not before the recorded one when that has no callbacks any more. */
export function progressAt(chain: Chain, { level, order }: Position): Progress {
  const at = chain.findIndex(({ name }) => levels.indexOf(name) >= levels.indexOf(level));
  return { ...start, level: at < 0 ? chain.length : at, order: chain[at]?.name === level ? order - 1 : 0 };
}

async function goOnAfter(returned: PromiseLike<unknown>, end: UnitEnd, progress: Progress): Promise<CallbackError | undefined> {
  const { chain, units, node, context, ended } = end;
  const { level, order } = progress;
  const own = chain[level] as Level; // the callback is one of it
  const spec = own.callbacks[order] as CallbackSpec;
  let { broken, failure } = progress;
  try {
    if ((await returned) === 'break') broken = true;
  } catch (thrown) {
    failure = failed({ units, node, spec, level: own, order }, thrown, failure);
  }
  return runChain(chain, units, node, context, ended, { level, order: order + 1, broken, failure });
}

function isFiltered({ when, exclude, if: condition }: CallbackSpec): boolean {
  return when !== undefined || exclude !== undefined || condition !== undefined;
}

/** Whether a callback's filters let it run. */
function lets(call: Call, ended: Ended): boolean {
  const { when, exclude, if: condition } = call.spec;
  const status = typeof ended === 'object' ? ended.status : ended;
  if (status !== undefined && (when?.includes(status) === false || exclude?.includes(status) === true)) return false;
  if (condition === undefined) return true;
  try {
    const answer: unknown = condition(); // a caller without a compiler may answer with anything
    if (typeof answer === 'boolean') return answer;
    if (isThenable(answer)) Promise.resolve(answer).catch(() => undefined);
    throw new TypeError(`the filter 'if' of a callback answered with ${isThenable(answer) ? 'a promise' : typeof answer}; answer with true or false`);
  } catch (thrown) {
    tell(call, thrown);
    return false;
  }
}

/** A callback threw: returns the failure of the chain, which is the first one of a `must` callback. */
function failed(call: Call, thrown: unknown, before: CallbackError | undefined): CallbackError | undefined {
  const error = errorOf(thrown);
  tell(call, error);
  return before ?? (call.spec.must ? new CallbackError(call.units.pathOf(call.node), placeOf(call), error) : undefined);
}

function tell(call: Call, thrown: unknown): void {
  call.units.errors.problem('callback', thrown, call.units.pathOf(call.node), { callback: placeOf(call) });
}

function placeOf({ spec, level, order }: Call): CallbackPlace {
  return { kind: spec.kind, level: level.name, order: order + 1, must: spec.must };
}
