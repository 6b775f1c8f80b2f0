import type { StandardSchemaV1 } from '@standard-schema/spec';
import { FlowError, InvalidOptionError } from '../errors.ts';
import type { Engine } from './engine.ts';
import { FlowBuilder } from './flow-builder.ts';
import type { FlowOptions } from './flow.ts';
import type { InternalErrorHandler, InternalErrorOptions, InternalErrorSink } from './internal-errors.ts';
import { checkedFlowName, checkedName } from './names.ts';
import { hint } from './nearest.ts';
import { checkOptionNames, type OptionNames } from './option-names.ts';
import type { FlowResult, RunOptions } from './run.ts';
import { shown } from './shown.ts';
import type { CallbackKind } from './callback-list.ts';
import { checkedRecords } from './recording.ts';
import type { ProcessBuilder } from './process-builder.ts';
import type { Records } from './records.ts';
import { FlowSpec, RegistrySpec } from './spec.ts';

const optionNames: OptionNames<FlowOptions<unknown, unknown>> = { input: true };

/** What stands behind `Flows`. */
export class Registry {
  readonly #engine: Engine;
  readonly #flows = new Map<string, FlowBuilder>();
  readonly #specs = new Map<string, FlowSpec>();
  readonly #spec = new RegistrySpec();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  registerFlow(name: string, options: { readonly input?: StandardSchemaV1 | undefined } = {}): FlowBuilder {
    const checked = checkedFlowName(name);
    if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
      throw new InvalidOptionError('invalid-option', `the options of flow '${checked}' are ${shown(options)}; give an object, or leave them out`);
    }
    checkOptionNames(options, optionNames, `flow '${checked}'`);
    if (this.#flows.has(checked)) {
      throw new FlowError('duplicate-flow', `flow '${checked}' is already registered; give another name, or unregister it before`);
    }
    const schema = options.input;
    if (schema !== undefined && typeof (schema as Partial<StandardSchemaV1> | null)?.['~standard']?.validate !== 'function') {
      throw new FlowError('invalid-option', `the input of flow '${checked}' is not a Standard Schema; give a schema of Zod, Valibot, ArkType or the like`);
    }
    const spec = new FlowSpec(checked, schema, this.#spec);
    const flow = new FlowBuilder(spec, this.#engine);
    this.#specs.set(checked, spec);
    this.#flows.set(checked, flow);
    return flow;
  }

  flowWithProcess(name: string): ProcessBuilder {
    checkedName('process', name);
    return this.registerFlow(name).process(name);
  }

  beforeFlow(fn: unknown, options?: unknown): this {
    return this.#call('beforeFlow', fn, options);
  }

  afterFlow(fn: unknown, options?: unknown): this {
    return this.#call('afterFlow', fn, options);
  }

  beforeProcess(fn: unknown, options?: unknown): this {
    return this.#call('beforeProcess', fn, options);
  }

  afterProcess(fn: unknown, options?: unknown): this {
    return this.#call('afterProcess', fn, options);
  }

  beforeStep(fn: unknown, options?: unknown): this {
    return this.#call('beforeStep', fn, options);
  }

  afterStep(fn: unknown, options?: unknown): this {
    return this.#call('afterStep', fn, options);
  }

  records(records: Records | undefined): this {
    this.#spec.records = records === undefined ? undefined : checkedRecords(records);
    this.#spec.version++;
    return this;
  }

  #call(kind: CallbackKind, fn: unknown, options: unknown): this {
    this.#spec.callbacks.add(kind, fn, options, 'the registry');
    this.#spec.version++;
    return this;
  }

  /** The definition of a flow, for those who go on with its runs. */
  spec(name: string): FlowSpec | undefined {
    return this.#specs.get(normal(name));
  }

  get(name: string): FlowBuilder | undefined {
    return this.#flows.get(normal(name));
  }

  has(name: string): boolean {
    return this.#flows.has(normal(name));
  }

  list(): readonly string[] {
    return [...this.#flows.keys()];
  }

  unregister(name: string): boolean {
    this.#specs.delete(normal(name));
    return this.#flows.delete(normal(name));
  }

  async run(name: string, input?: unknown, options?: RunOptions): Promise<FlowResult> {
    const flow = this.get(name);
    if (flow === undefined) {
      throw new FlowError('unknown-flow', `flow ${shown(name)} is not registered${hint(typeof name === 'string' ? name : '', this.#flows.keys(), 'register it before it runs')}`);
    }
    return flow.run(input, options);
  }

  onInternalError(handler: InternalErrorHandler, options?: InternalErrorOptions): InternalErrorSink {
    return this.#engine.onInternalError(handler, options);
  }
}

/** The form in which names are kept; what is no name is none. */
function normal(name: unknown): string {
  return typeof name === 'string' ? name.normalize('NFC') : '';
}
