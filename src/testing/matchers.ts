import type { Ref } from '../define/refs.ts';
import type { FlowResult, TimelineEntry } from '../define/run.ts';
import { InvalidOptionError } from '../errors.ts';
import { drawAround } from './timeline.ts';
import type { OrderAssertions } from './vitest.ts';

/** What a matcher answers to `expect`. */
export interface MatcherAnswer {
  /** Whether it is as the matcher says. */
  readonly pass: boolean;
  /** Returns what is wrong: under `.not` if it passes, else without. */
  readonly message: () => string;
}

/** The functions for `expect.extend`; what each of them asserts stands at {@link OrderAssertions}. */
export type OrderMatchers = {
  readonly [Name in keyof OrderAssertions]: (received: unknown, ...expected: Parameters<OrderAssertions[Name]>) => MatcherAnswer;
};

/**
 * Matchers on the order in which the steps of a run were at work, and on how they ended; see {@link OrderAssertions}. A failed
 * one draws the run. They need nothing of vitest at run time.
 *
 * @example
 * import { expect } from 'vitest';
 * import { orderMatchers } from 'millrace/testing';
 *
 * expect.extend(orderMatchers);
 */
export const orderMatchers: OrderMatchers = {
  toHaveRunBefore(received, a, b) {
    const result = resultOf('toHaveRunBefore', received);
    const [first, second] = twoSteps('toHaveRunBefore', result, a, b);
    return answer(result, [first, second], whyNotBefore(result, first, second), (not) => `expected '${first}' ${not}to end before '${second}' starts`);
  },
  toHaveOverlapped(received, a, b) {
    const result = resultOf('toHaveOverlapped', received);
    const [first, second] = twoSteps('toHaveOverlapped', result, a, b);
    return answer(result, [first, second], whyNoOverlap(result, first, second), (not) => `expected '${first}' and '${second}' ${not}to overlap`);
  },
  toHaveRunInOrder(received, steps) {
    const result = resultOf('toHaveRunInOrder', received);
    const paths = steps.map((step) => result.path(step));
    if (paths.length < 2) throw new InvalidOptionError('invalid-option', `toHaveRunInOrder needs two or more steps and got ${paths.length}`);
    const problems = paths.slice(1).map((path, before) => whyNotBefore(result, paths[before] ?? path, path));
    const problem = problems.find((found) => found !== undefined);
    return answer(result, paths, problem, (not) => `expected the steps ${not}to run in the order ${paths.join(' → ')}`);
  },
  toHaveStatus(received, ...expected) {
    const result = resultOf('toHaveStatus', received);
    if (expected.length === 1) {
      const problem = result.status === expected[0] ? undefined : `it is '${result.status}'`;
      return answer(result, [...result.steps.keys()], problem, (not) => `expected the run ${not}to have the status '${expected[0]}'`);
    }
    const path = result.path(expected[0]);
    const problem = result.outcome(path).status === expected[1] ? undefined : `it ended as ${result.explain(path)}`;
    return answer(result, [path], problem, (not) => `expected '${path}' ${not}to have the status '${expected[1]}'`);
  },
};

function answer(result: FlowResult, paths: readonly string[], problem: string | undefined, expectation: (not: '' | 'not ') => string): MatcherAnswer {
  const claim = (): string => (problem === undefined ? expectation('not ') : `${expectation('')}, but ${problem}`);
  return { pass: problem === undefined, message: () => `${claim()}\n\n${drawAround(result, paths)}\n` };
}

function resultOf(matcher: string, received: unknown): FlowResult {
  if (typeof received === 'object' && received !== null) {
    if ('timeline' in received && 'explain' in received) return received as FlowResult; // nothing else of the library has both
    if ('then' in received) throw notAResult(matcher, 'a promise; await it');
    if ('done' in received) throw notAResult(matcher, 'a run; give what its done resolves with');
  }
  throw notAResult(matcher, received === null ? 'null' : typeof received);
}

function notAResult(matcher: string, given: string): InvalidOptionError {
  return new InvalidOptionError('invalid-option', `${matcher} works on the result of a run and got ${given}`);
}

function twoSteps(matcher: string, result: FlowResult, a: Ref, b: Ref): readonly [string, string] {
  const paths = [result.path(a), result.path(b)] as const;
  if (paths[0] === paths[1]) throw new InvalidOptionError('invalid-option', `${matcher} got '${paths[0]}' twice; give two steps`);
  return paths;
}

/** Returns why it is not so that both ran, one after the other. */
function whyNotBefore(result: FlowResult, a: string, b: string): string | undefined {
  const [first, second] = [entryOf(result, a), entryOf(result, b)];
  if (first === undefined || second === undefined) return neverStarted(result, first === undefined ? a : b);
  if (first.end < second.start) return undefined;
  return second.end < first.start ? `'${b}' ended before '${a}' started` : `'${later(first, second)}' started while '${earlier(first, second)}' was at work`;
}

/** Returns why it is not so that both were at work at the same time. */
function whyNoOverlap(result: FlowResult, a: string, b: string): string | undefined {
  const [first, second] = [entryOf(result, a), entryOf(result, b)];
  if (first === undefined || second === undefined) return neverStarted(result, first === undefined ? a : b);
  const apart = first.end < second.start || second.end < first.start;
  return apart ? `'${earlier(first, second)}' ended before '${later(first, second)}' started` : undefined;
}

function entryOf(result: FlowResult, path: string): TimelineEntry | undefined {
  return result.timeline.find((entry) => entry.path === path);
}

function neverStarted(result: FlowResult, path: string): string {
  return `'${path}' never started (${result.explain(path)})`;
}

function earlier(a: TimelineEntry, b: TimelineEntry): string {
  return a.start <= b.start ? a.path : b.path;
}

function later(a: TimelineEntry, b: TimelineEntry): string {
  return a.start <= b.start ? b.path : a.path;
}
