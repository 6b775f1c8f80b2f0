import type { StandardSchemaV1 } from '@standard-schema/spec';
import { hint } from '../define/nearest.ts';
import { shown } from '../define/shown.ts';
import type { FlowSpec, ProcessSpec } from '../define/spec.ts';
import { AmbiguousStepError, InvalidOptionError, UnknownSignalError } from '../errors.ts';
import { allSteps } from '../define/bodies.ts';

/** A step that waits for a signal, as it is defined. */
export interface SignalWait {
  readonly path: string;
  readonly name: string;
  readonly schema: StandardSchemaV1 | undefined;
}

/** The waits of a flow, and of the flows that it calls: those by their paths from there. */
function waitsOf(flow: FlowSpec, before: string, callers: readonly FlowSpec[]): readonly SignalWait[] {
  const inside = [...callers, flow];
  return flow.processes.flatMap((process: ProcessSpec) =>
    allSteps(process).flatMap((step): readonly SignalWait[] => {
      const { composite, name } = step;
      const path = `${before}${step.path}`;
      if (composite?.kind === 'signal') return [{ path, name, schema: composite.schema }];
      return composite?.kind === 'call' && !inside.includes(composite.flow) ? waitsOf(composite.flow, `${path}/`, inside) : [];
    }),
  );
}

/**
 * Returns the wait that a signal is for.
 *
 * @param to - its name if no other has it, else its path; inside of a loop, a retry or a `forEach` also with the number or the key
 * @throws UnknownSignalError - there is none
 * @throws AmbiguousStepError - several have the name
 */
export function waitFor(flow: FlowSpec, to: unknown): SignalWait {
  if (typeof to !== 'string') throw new InvalidOptionError('invalid-option', `the name of a signal is ${shown(to)}; give the name or the path of the step that waits for it`);
  const waits = waitsOf(flow, '', []);
  const path = to.normalize('NFC');
  const plain = withoutNumbers(path);
  const named = waits.filter((wait) => wait.path === path || wait.name === path || isAt(wait, plain));
  const [only] = named;
  if (only === undefined) {
    const known = waits.flatMap((wait) => [wait.name, wait.path]);
    throw new UnknownSignalError('unknown-signal', `no step of flow '${flow.name}' waits for signal '${to}'${hint(to, known, known.length === 0 ? 'define one with waitForSignal' : 'give the name or the path of one that waits')}`);
  }
  if (named.length === 1) return only;
  const paths = named.map((wait) => wait.path);
  throw new AmbiguousStepError(`signal '${to}' could be for ${paths.map((one) => `'${one}'`).join(' or ')}; give the path`, paths);
}

/** Numbers of loops and retries say which run of a body is meant. */
function withoutNumbers(path: string): string {
  return path.replaceAll(/#\d+(?=\/)/gu, '');
}

/** Whether a path leads to a wait: keys of items stand between the parts of it. */
function isAt({ path }: SignalWait, given: string): boolean {
  const parts = path.split('/');
  let next = 0;
  for (const part of given.split('/')) if (part === parts[next]) next++;
  return next === parts.length && given.endsWith(`/${parts.at(-1)}`);
}
