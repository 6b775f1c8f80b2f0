import { FlowError } from '../errors.ts';

declare const problem: unique symbol;

/** A type that no value has; its parameter is what the compiler shows. */
export interface FlowTypeError<Message extends string> {
  readonly [problem]: Message;
}

/** The name itself, or what is wrong with it when it is a literal. */
export type LiteralName<Name extends string> = Name extends ''
  ? FlowTypeError<'a name must not be empty'>
  : Name extends `${string}/${string}` | `${string}:${string}`
    ? FlowTypeError<"a name of a process or step must not contain '/' or ':'">
    : Name;

const longest = 200;
const wellFormed = /^[\p{L}\p{N}_$][\p{L}\p{M}\p{N}_$\-. ]*$/u;

/**
 * Checks the name of a process, a step or a resource and returns it in normal form (NFC).
 *
 * @param call - the call that it was given to, where that takes more than a name: they may stand in another order than it has
 */
export function checkedName(kind: 'process' | 'resource' | 'step', name: unknown, call?: string): string {
  return wellFormedName(kind, name, name, call);
}

/** Checks the name of a flow: names of steps, joined by `/`, such as `deploy/v1`. */
export function checkedFlowName(name: unknown): string {
  if (typeof name !== 'string' || !name.includes('/')) return wellFormedName('flow', name, name);
  if (name.length > longest) return wellFormedName('flow', name, name);
  return name
    .split('/')
    .map((part) => wellFormedName('flow', part, name))
    .join('/');
}

function wellFormedName(kind: 'flow' | 'process' | 'resource' | 'step', name: unknown, whole: unknown, call?: string): string {
  if (typeof name !== 'string') {
    const given = whole === null ? 'null' : `of type ${typeof whole}`;
    throw new FlowError('invalid-name', `the name of a ${kind} is ${given}; give a string${call === undefined ? '' : `, as in ${call}`}`);
  }
  const normal = name.normalize('NFC');
  if (normal === '') throw new FlowError('invalid-name', `the name of a ${kind} is '${String(whole)}', which is empty or has an empty part; give it a name`);
  if (normal.length > longest) {
    throw new FlowError('invalid-name', `the name of a ${kind} has ${normal.length} characters ('${normal.slice(0, 40)}…'); give at most ${longest}`);
  }
  if (!wellFormed.test(normal)) {
    throw new FlowError(
      'invalid-name',
      `the name of a ${kind} is '${String(whole)}'; it must start with a letter, a digit, '_' or '$' and go on with these, '-', '.' or spaces`,
    );
  }
  return normal;
}
