import type { StandardSchemaV1 } from '@standard-schema/spec';
import { FlowError, InvalidOptionError } from '../errors.ts';
import { callableOf } from './callable.ts';
import type { ForEachOptions, LoopOptions, SignalOptions, WaitOptions } from './composites.ts';
import { type Duration, durationMs, timeoutMs } from './duration.ts';
import { Handle } from './handle.ts';
import { checkedLimit } from './limit.ts';
import { checkOptionNames, type OptionNames } from './option-names.ts';
import { retryOf, type RetryPolicy } from './retry-policy.ts';
import { shown } from './shown.ts';
import type { BodySpec, CompositeSpec, FlowSpec, ForEachSpec, RoleFunction } from './spec.ts';

const waitOptions: OptionNames<WaitOptions> = { every: true, timeout: true };
const signalOptions: OptionNames<SignalOptions<unknown>> = { schema: true, timeout: true };
const loopOptions: OptionNames<LoopOptions> = { max: true, every: true };
const forEachOptions: OptionNames<ForEachOptions<unknown>> = { concurrency: true, onError: true, key: true, replay: true };
const defaultEveryMs = 1000;

export function waitOf(condition: unknown, options: WaitOptions | undefined, name: string): CompositeSpec {
  const { every, timeout } = checkedOptions(options, waitOptions, name);
  return {
    kind: 'waitFor',
    condition: roleOf(condition, `the condition of '${name}'`),
    everyMs: every === undefined ? defaultEveryMs : pauseMs(every, name),
    timeoutMs: timeout === undefined ? undefined : timeoutMs(timeout, `the timeout of '${name}'`),
  };
}

/** Asking without a pause would keep the machine at work. */
function pauseMs(every: Duration, name: string): number {
  const pause = durationMs(every, `the pause of '${name}'`);
  if (pause > 0) return pause;
  throw new InvalidOptionError('invalid-duration', `the pause of '${name}' is ${shown(every)}; give more than 0, or leave it out for ${defaultEveryMs} ms`);
}

export function signalOf(options: SignalOptions<unknown> | undefined, name: string): CompositeSpec {
  const { schema, timeout } = checkedOptions(options, signalOptions, name);
  if (schema !== undefined && typeof (schema as Partial<StandardSchemaV1> | null)?.['~standard']?.validate !== 'function') {
    throw invalid(`the schema of signal '${name}' is ${shown(schema)}, which is not a Standard Schema; give a schema of Zod, Valibot, ArkType or the like`);
  }
  return { kind: 'signal', schema, timeoutMs: timeout === undefined ? undefined : timeoutMs(timeout, `the timeout of '${name}'`) };
}

/** @param isMoment - whether it sleeps until a moment */
export function sleepOf(given: unknown, name: string, isMoment = false): CompositeSpec {
  if (typeof given === 'function') return { kind: 'sleep', isMoment, time: given as RoleFunction };
  return { kind: 'sleep', isMoment, time: isMoment ? momentMs(given, name) : durationMs(given as Duration, `the duration of '${name}'`) };
}

/** Reads a moment as milliseconds since the epoch. */
export function momentMs(given: unknown, name: string): number {
  const at = given instanceof Date ? given.getTime() : given;
  if (typeof at === 'number' && Number.isFinite(at)) return at;
  throw new InvalidOptionError('invalid-duration', `the end of '${name}' is ${given instanceof Date ? 'an invalid date' : shown(given)}; give a Date, or milliseconds since the epoch`);
}

export function caseOf(condition: unknown, name: string, body: () => BodySpec, otherwise: (() => BodySpec) | undefined): CompositeSpec {
  const checked = roleOf(condition, `the condition of '${name}'`);
  return { kind: 'case', condition: checked, body: body(), otherwise: otherwise?.() };
}

export function loopOf(until: unknown, options: LoopOptions | undefined, name: string, body: () => BodySpec): CompositeSpec {
  const { max = Infinity, every } = checkedOptions(options, loopOptions, name);
  if (max !== Infinity && (!Number.isInteger(max) || max < 1)) throw invalid(`the max of '${name}' is ${shown(max)}; give a whole number from 1, or leave it out for no limit`);
  const condition = roleOf(until, `the condition of '${name}'`);
  const everyMs = every === undefined ? 0 : durationMs(every, `the pause of '${name}'`);
  return { kind: 'loop', body: body(), until: condition, max, everyMs };
}

export function retryGroupOf(policy: unknown, name: string, body: () => BodySpec): CompositeSpec {
  const checked = typeof policy === 'function' ? (policy as RoleFunction) : retryOf(policy as RetryPolicy, `the retry of '${name}'`);
  return { kind: 'retry', body: body(), policy: checked };
}

export function forEachOf(items: unknown, options: ForEachOptions<unknown> | undefined, name: string, body: () => BodySpec): CompositeSpec {
  const { concurrency, onError = 'fail-fast', key, replay = 'skip' } = checkedOptions(options, forEachOptions, name);
  if (onError !== 'collect' && onError !== 'fail-fast') throw invalid(`the onError of '${name}' is ${shown(onError)}; give 'collect' or 'fail-fast'`);
  if (replay !== 'skip' && replay !== 'resume') throw invalid(`the replay of '${name}' is ${shown(replay)}; give 'skip' or 'resume'`);
  const through = itemsOf(items, name);
  return {
    kind: 'forEach',
    items: through,
    concurrency: concurrency === undefined ? undefined : checkedLimit(concurrency, `'${name}'`),
    isCollecting: onError === 'collect',
    isResumed: replay === 'resume',
    key: key === undefined ? undefined : roleOf(key, `the key of '${name}'`),
    body: body(),
  };
}

export function callOf(flow: unknown, mapInput: unknown, caller: FlowSpec, name: string): CompositeSpec {
  return { kind: 'call', flow: callableOf(flow, caller, name), mapInput: roleOf(mapInput, `what makes the input of '${name}'`) };
}

function itemsOf(items: unknown, name: string): ForEachSpec['items'] {
  if (items instanceof Handle) return items.spec;
  if (typeof items === 'function') return items as RoleFunction;
  if (typeof items === 'object' && items !== null && Symbol.iterator in items) return [...(items as Iterable<unknown>)];
  throw invalid(`the items of '${name}' are ${shown(items)}; give a list, a function that makes one, or the handle of a step whose value is one`);
}

function roleOf(given: unknown, what: string): RoleFunction {
  if (typeof given === 'function') return given as RoleFunction; // what it takes is checked by the compiler where it was given
  throw new FlowError('not-a-function', `${what} is ${given === null ? 'null' : `of type ${typeof given}`}; give a function`);
}

function checkedOptions<Options extends object>(options: Options | undefined, known: OptionNames<Options>, name: string): Partial<Options> {
  if (options === undefined) return {};
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null || Array.isArray(options) || options instanceof Handle) {
    throw invalid(`the options of '${name}' are ${options instanceof Handle ? `step '${options.name}'` : shown(options)}; give an object, or leave them out, and give timings to after()`);
  }
  checkOptionNames(options, known, `'${name}'`);
  return options;
}

function invalid(message: string): InvalidOptionError {
  return new InvalidOptionError('invalid-option', message);
}
