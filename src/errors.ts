import type { ErrorCode } from './error-code.ts';
import { bulleted, listed, readable, retold, shortened } from './shortened.ts';

export type { ErrorCode } from './error-code.ts';

/** The codes of errors whose messages are not the library's. */
const theirs: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['non-retriable', 'retry-after', 'stopped']);

/** An error of the library. `code` is stable; the message says what is wrong, with the value, and what to do. */
export class FlowError extends Error {
  /** What kind of error this is; stable across releases. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(theirs.has(code) ? message : readable(message), options);
    this.code = code;
  }
}

/** An option, limit, duration or retry policy that cannot be meant. */
export class InvalidOptionError extends FlowError {}

/** One thing that is wrong with a definition. */
export interface DefinitionIssue {
  /** What kind of problem this is. */
  readonly code: ErrorCode;
  /** What is wrong, with the value, and what to do. */
  readonly message: string;
  /** The path of the step or the name of the process it was found at. */
  readonly at: string;
}

/** A definition does not fit together. `issues` holds all problems, in declaration order. */
export class FlowDefinitionError extends FlowError {
  /** All problems of the definition. */
  readonly issues: readonly DefinitionIssue[];

  constructor(flow: string, issues: readonly DefinitionIssue[]) {
    const list = bulleted(issues.map(({ message }) => retold(message)));
    super('invalid-definition', `flow '${flow}' has ${issues.length === 1 ? 'a problem' : `${issues.length} problems`}:${list}`);
    this.issues = issues;
  }
}

/** An input that the flow's schema does not accept. No run was made. */
export class InputError extends FlowError {
  /** What the schema reported. */
  readonly issues: readonly InputIssue[];

  constructor(flow: string, issues: readonly InputIssue[], options?: ErrorOptions) {
    const list = listOf(issues);
    super('invalid-input', `the input of flow '${flow}' does not fit its schema:${list}`, options);
    this.issues = issues;
  }
}

/** A signal whose payload the schema of its wait does not accept. */
export class SignalError extends FlowError {
  /** What the schema reported. */
  readonly issues: readonly InputIssue[];

  constructor(path: string, issues: readonly InputIssue[], options?: ErrorOptions) {
    const list = listOf(issues);
    super('invalid-signal', `the payload of signal '${path}' does not fit its schema:${list}`, options);
    this.issues = issues;
  }
}

/** A signal that no step of the flow waits for. */
export class UnknownSignalError extends FlowError {}

/** A loop ran as often as it may, and its condition does not hold. */
export class LoopLimitError extends FlowError {
  /** How often it may run. */
  readonly max: number;

  constructor(path: string, max: number) {
    super('loop-limit', `step '${path}' ran ${max} times, and its condition does not hold; give it a higher max, or look why it never ends`);
    this.max = max;
  }
}

function listOf(issues: readonly InputIssue[]): string {
  return bulleted(issues.map(({ path, message }) => `${path === '' ? '' : `${shortened(path, 200)}: `}${retold(message)}`));
}

/** One thing that is wrong with an input. */
export interface InputIssue {
  /** Where in the input: property names joined by dots; empty for the input itself. */
  readonly path: string;
  /** What the schema says. */
  readonly message: string;
}

/** No step has this name, or registered this function. */
export class UnknownStepError extends FlowError {}

/** Several steps fit. */
export class AmbiguousStepError extends FlowError {
  /** The paths that fit. */
  readonly candidates: readonly string[];

  constructor(message: string, candidates: readonly string[]) {
    super('ambiguous-step', message);
    this.candidates = candidates;
  }
}

/** A strict run read a key that several ancestors set of which none comes before another. */
export class AmbiguousKeyError extends FlowError {
  /** The name of the key. */
  readonly key: string;
  /** The paths of the steps that set it, in declaration order; of callbacks about a process `fulfil/@before` and `fulfil/@after`. */
  readonly paths: readonly string[];

  constructor(reader: string, key: string, paths: readonly string[], todo: string) {
    const writers = listed(paths.map((path) => `'${path}'`), 10, (count) => `${count} more`).join(' and ');
    super('ambiguous-key', `${reader} reads key '${key}', which ${writers} set side by side; ${todo}`);
    this.key = key;
    this.paths = paths;
  }
}

/** The result of a step was read that has none. */
export class MissingResultError extends FlowError {
  /** The path of the step without a result. */
  readonly path: string;
  /** How that step ended. */
  readonly status: string;

  constructor(path: string, status: string, explanation: string, options?: ErrorOptions) {
    super('missing-result', `'${path}' has no result (${explanation}); read its outcome instead, or wait for it with a timing that needs its success`, options);
    this.path = path;
    this.status = status;
  }
}

/** A step read another one that is not its ancestor, or that had not ended when it started. */
export class NotVisibleError extends FlowError {
  /** The path of the step that was read. */
  readonly path: string;

  constructor(path: string, message: string) {
    super('not-visible', message);
    this.path = path;
  }
}

/** The time of a step, a process or a flow ran out. It is the reason of the aborted signal and the error of the outcome. */
export class TimeoutError extends FlowError {
  /** The time that was allowed, in milliseconds. */
  readonly timeoutMs: number;

  constructor(what: string, timeoutMs: number) {
    super('timeout', `${what} took longer than ${timeoutMs} ms; give it more time, or make it end when its signal aborts`);
    this.timeoutMs = timeoutMs;
  }
}

/** Which callback of a unit: of those that are for it at one level, the one in this place. */
export interface CallbackPlace {
  /** What it is about, and whether it runs before or after. */
  readonly kind: 'beforeFlow' | 'afterFlow' | 'beforeProcess' | 'afterProcess' | 'beforeStep' | 'afterStep';
  /** The level that it is registered at. */
  readonly level: 'registry' | 'flow' | 'process' | 'step';
  /** Its place among the callbacks of its kind and level that are for the unit, from 1. */
  readonly order: number;
  /** Whether its failure is a failure of the unit. */
  readonly must: boolean;
}

/** A `must` callback failed, and the flow, process or step that it is about with it. `cause` is what it threw. */
export class CallbackError extends FlowError {
  /** The path of what it is about. */
  readonly unit: string;
  /** Which callback it was. */
  readonly callback: CallbackPlace;

  constructor(unit: string, callback: CallbackPlace, cause: Error) {
    super('callback', `callback ${callback.order} of ${callback.kind} at level '${callback.level}' failed for '${unit}': ${retold(cause.message)}`, { cause });
    this.unit = unit;
    this.callback = callback;
  }
}

/** The reason of a stop that was given no other. */
export class StoppedError extends FlowError {
  constructor(message = 'the run was stopped') {
    super('stopped', message);
  }
}

/** Wraps what a step threw when it was not an `Error`. */
export class NonErrorThrown extends FlowError {
  /** What was thrown. */
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super('non-error-thrown', `${describeThrown(thrown)} was thrown, which is not an Error; throw an Error, so that it has a stack`);
    this.thrown = thrown;
  }
}

function describeThrown(thrown: unknown): string {
  if (typeof thrown === 'string') return `the string '${shortened(thrown, 200)}'`;
  if (typeof thrown === 'object' && thrown !== null) return 'an object';
  return typeof thrown === 'function' ? 'a function' : shortened(String(thrown), 200);
}

/** Throw this in a step to fail it without another attempt. */
export class NonRetriableError extends FlowError {
  constructor(message: string, options?: ErrorOptions) {
    super('non-retriable', message, options);
  }
}

/** Throw this in a step to say when the next attempt may start. It does not add attempts. */
export class RetryAfterError extends FlowError {
  /** How long to wait, in milliseconds. */
  readonly delayMs: number;

  constructor(message: string, delayMs: number, options?: ErrorOptions) {
    super('retry-after', message, options);
    if (!Number.isFinite(delayMs) || delayMs < 0) {
      throw new InvalidOptionError('invalid-duration', `the delay of a RetryAfterError is ${String(delayMs)}; give milliseconds from 0`);
    }
    this.delayMs = delayMs;
  }
}

/** A resource could not be attached. What its `initialize` threw is the cause. */
export class ResourceError extends FlowError {
  /** The name of the resource. */
  readonly resource: string;
  /** The name of the process. */
  readonly process: string;

  constructor(message: string, resource: string, process: string, options?: ErrorOptions) {
    super('resource', message, options);
    this.resource = resource;
    this.process = process;
  }
}

/** A run cannot go on, and the library is to blame: nothing is at work, and something still waits. */
export class StalledError extends FlowError {
  constructor(waiting: readonly string[]) {
    super('stalled', `internal error: the run cannot go on; ${listed(waiting, 50, (count) => `and ${count} more`).join('; ')}; please report it`);
  }
}

/** The classes above. Their names stand on the prototypes, where no JSON shows them. */
export const errorClasses: readonly { readonly name: string; readonly prototype: FlowError }[] = [
  FlowError,
  InvalidOptionError,
  FlowDefinitionError,
  InputError,
  UnknownStepError,
  AmbiguousStepError,
  AmbiguousKeyError,
  MissingResultError,
  NotVisibleError,
  TimeoutError,
  StoppedError,
  NonErrorThrown,
  NonRetriableError,
  ResourceError,
  RetryAfterError,
  StalledError,
  CallbackError,
  SignalError,
  UnknownSignalError,
  LoopLimitError,
];

for (const type of errorClasses) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, configurable: true, writable: true });
}
