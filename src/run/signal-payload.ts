import type { StandardSchemaV1 } from '@standard-schema/spec';
import { SignalError } from '../errors.ts';
import { readIssues } from './input.ts';
import { isThenable } from './thenable.ts';

/** What a schema made of the payload of a signal. */
export type CheckedPayload = { readonly value: unknown } | { readonly error: SignalError };

/** Validates the payload of a signal; a promise only when the schema answers with one. */
export function checkedPayload(schema: StandardSchemaV1 | undefined, path: string, payload: unknown): CheckedPayload | Promise<CheckedPayload> {
  if (schema === undefined) return { value: payload };
  const read = (result: StandardSchemaV1.Result<unknown>): CheckedPayload =>
    result.issues === undefined ? { value: result.value } : { error: new SignalError(path, readIssues(result.issues)) };
  const broken = (thrown: unknown): CheckedPayload => ({
    error: new SignalError(path, [{ path: '', message: `the schema threw: ${thrown instanceof Error ? thrown.message : String(thrown)}` }], { cause: thrown }),
  });
  try {
    const result = schema['~standard'].validate(payload);
    return isThenable(result) ? Promise.resolve(result).then(read).catch(broken) : read(result);
  } catch (thrown) {
    return broken(thrown);
  }
}
