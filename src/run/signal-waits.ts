import type { StandardSchemaV1 } from '@standard-schema/spec';
import { hint } from '../define/nearest.ts';
import { shown } from '../define/shown.ts';
import type { FlowSpec, ProcessSpec, StepSpec } from '../define/spec.ts';
import { AmbiguousStepError, InvalidOptionError, UnknownSignalError } from '../errors.ts';
import { allSteps, bodiesOf } from '../define/bodies.ts';

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
  const path = to.normalize('NFC');
  const at = waitAt(flow, path.split('/'));
  if (at !== undefined) return { path, ...at };
  const waits = waitsOf(flow, '', []);
  const named = waits.filter(({ name }) => name === path);
  const [only] = named;
  if (only === undefined) {
    const known = waits.flatMap((wait) => [wait.name, wait.path]);
    throw new UnknownSignalError('unknown-signal', `no step of flow '${flow.name}' waits for signal '${to}'${hint(to, known, known.length === 0 ? 'define one with waitForSignal' : 'give the name or the path of one that waits')}`);
  }
  if (named.length === 1) return only;
  const paths = named.map((wait) => wait.path);
  throw new AmbiguousStepError(`signal '${to}' could be for ${paths.map((one) => `'${one}'`).join(' or ')}; give the path`, paths);
}

/** The wait that a path leads to, from a process of a flow on. */
function waitAt(flow: FlowSpec, [process, ...parts]: readonly string[]): Omit<SignalWait, 'path'> | undefined {
  const found = flow.processes.find(({ name }) => name === process);
  return found && waitIn(found, parts);
}

function waitIn(process: ProcessSpec, [part, ...parts]: readonly string[]): Omit<SignalWait, 'path'> | undefined {
  const step = process.steps.find((one) => isNamed(one, part));
  const composite = step?.composite;
  if (step === undefined || composite === undefined) return undefined;
  if (parts.length === 0) return composite.kind === 'signal' ? { name: step.name, schema: composite.schema } : undefined;
  if (composite.kind === 'call') return waitAt(composite.flow, parts);
  const body = bodiesOf(step)[part?.endsWith('#otherwise') === true ? 1 : 0];
  if (body === undefined) return undefined;
  return waitIn(body.process, parts) ?? (composite.kind === 'forEach' ? waitIn(body.process, parts.slice(1)) : undefined); // without a key, or with one
}

/** Whether a part of a path means a step: the numbers of loops and retries may be left out. */
function isNamed({ name, composite }: StepSpec, part: string | undefined): boolean {
  if (part === name) return true;
  if (composite?.kind === 'case') return part === `${name}#otherwise` && composite.otherwise !== undefined;
  const isRepeated = composite?.kind === 'loop' || composite?.kind === 'retry';
  return isRepeated && part?.startsWith(`${name}#`) === true && /^[1-9]\d*$/u.test(part.slice(name.length + 1));
}
