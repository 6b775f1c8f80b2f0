import type { FlowResult, Ref } from '../../src/index.ts';

/** Everything that a result answers, as plain data: what two of them have in common that are the same. */
export function answersOf(result: FlowResult, refs: readonly Ref[] = []): unknown {
  const { runId, flow, status, startedAt, endedAt, reason, abandoned, timeline } = result;
  const names = [...result.steps.keys()].flatMap((path) => [path, path.slice(path.indexOf('/') + 1), `${path}x`]);
  const processes = new Set([...result.steps.keys(), ...result.errors.map(({ path }) => path)].map((path) => path.slice(0, path.indexOf('/'))));
  const asked: readonly Ref[] = [...new Set(['@before', '@after', ...[...processes].flatMap((name) => [`${name}/@before`, `${name}/@after`]), ...names]), ...refs];
  return plain({
    ...{ runId, flow, status, startedAt, endedAt, reason, abandoned, timeline },
    steps: [...result.steps],
    errors: result.errors,
    processes: [...processes, 'nobody'].map((name) => answer(() => processOf(result, name))),
    thrown: answer(() => result.orThrow() === result),
    ...Object.fromEntries((['value', 'outcome', 'path', 'explain'] as const).map((method) => [method, asked.map((ref) => answer(() => result[method](ref)))])),
  });
}

function processOf(result: FlowResult, name: string): unknown {
  const process = result.process(name);
  return { ...process, steps: [...process.steps] };
}

function answer(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    return { thrown: error };
  }
}

/** Errors by what stays of them, results by what they answer. */
function plain(value: unknown): unknown {
  if (value instanceof Error) {
    const { name, message, cause } = value;
    const { code, errors } = value as { code?: unknown; errors?: unknown };
    return { name, message, code, cause: plain(cause), errors: plain(errors) };
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('orThrow' in value) return answersOf(value as FlowResult);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}
