import type { StandardSchemaV1 } from '@standard-schema/spec';
import { shown } from '../define/shown.ts';
import { InputError, type InputIssue } from '../errors.ts';
import { isThenable } from './thenable.ts';

type Checked = { readonly value: unknown } | { readonly error: InputError };

/** Validates an input by the flow's schema; a promise only when the schema answers with one. */
export function checkInput(flow: string, schema: StandardSchemaV1, input: unknown): Checked | Promise<Checked> {
  try {
    const result = schema['~standard'].validate(input);
    if (!isThenable(result)) return read(flow, result);
    return Promise.resolve(result).then((late) => read(flow, late)).catch((thrown: unknown) => broken(flow, thrown));
  } catch (thrown) {
    return broken(flow, thrown);
  }
}

function read(flow: string, result: StandardSchemaV1.Result<unknown>): Checked {
  if (typeof (result as unknown) !== 'object' || (result as unknown) === null) throw new TypeError(`it answered with ${shown(result)} instead of a result`);
  if (result.issues === undefined) return { value: result.value };
  return { error: new InputError(flow, readIssues(result.issues)) };
}

/** What a schema reported, as errors show it. */
export function readIssues(issues: readonly StandardSchemaV1.Issue[]): readonly InputIssue[] {
  return issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
}

function pathOf(issue: StandardSchemaV1.Issue): string {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}

function broken(flow: string, thrown: unknown): Checked {
  const message = `the schema threw: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  return { error: new InputError(flow, [{ path: '', message }], { cause: thrown }) };
}

/** What a key reads from the input: its own property of that name, for plain strings only. */
export function fromInput(input: unknown, key: unknown): unknown {
  return typeof key === 'string' && typeof input === 'object' && input !== null && Object.hasOwn(input, key) ? (input as Record<string, unknown>)[key] : undefined;
}
