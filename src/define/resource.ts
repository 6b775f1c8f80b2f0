import { InvalidOptionError } from '../errors.ts';
import type { Attachment } from './attachment.ts';
import { checkedName } from './names.ts';
import { checkOptionNames, type OptionNames } from './option-names.ts';
import { shown } from './shown.ts';

declare const entityOfResource: unique symbol;
declare const initOfResource: unique symbol;

/** Something that the steps of a process share, made by {@link defineResource}: a pool, a lease, a temporary directory. */
export interface Resource<Entity, Init = void> {
  /** The name of the resource. */
  readonly name: string;
  /** Makes the entity's type invariant: steps read it and set it. */
  readonly [entityOfResource]: (entity: Entity) => Entity;
  /** What `attach` takes. */
  readonly [initOfResource]: (init: Init) => void;
}

/** A resource without `initialize`: it has a key-value store, and no entity until a step sets one. */
export interface BareResourceOptions<Entity> {
  /** Unique in a process. The rule is that of step names. */
  readonly name: string;
  /**
   * Prepares the attachment for being recorded, before it is released, when its process has not succeeded and its run is recorded: drop here what
   * cannot be recorded. A process that died keeps nothing: steps that run again attach the resource anew.
   */
  readonly suspend?: ((attachment: Attachment<Entity>) => unknown) | undefined;
  /** Makes what was recorded usable again when its run goes on; takes the place of `initialize` there. */
  readonly recover?: ((attachment: Attachment<Entity>) => unknown) | undefined;
  /** Frees what the entity holds, when its process has ended. */
  readonly release?: ((attachment: Attachment<Entity>) => unknown) | undefined;
}

/** A resource and its hooks. Each may be asynchronous. */
export interface ResourceOptions<Entity, Init> extends BareResourceOptions<Entity> {
  /** Makes the entity. It is called once for each process of a run that attaches the resource. */
  readonly initialize: (attachment: Attachment<undefined>, init: Init) => Entity | PromiseLike<Entity>;
}

const hookNames = ['initialize', 'suspend', 'recover', 'release'] as const;
const optionNames: OptionNames<ResourceOptions<unknown, unknown>> = { name: true, initialize: true, suspend: true, recover: true, release: true };

/** The hooks of a resource, without the types that only its users need. */
export type ResourceHooks = { readonly [Hook in (typeof hookNames)[number]]?: ((attachment: unknown, init: unknown) => unknown) | undefined };

/** What stands behind {@link Resource}. */
export class ResourceSpec {
  readonly name: string;
  readonly hooks: ResourceHooks;

  constructor(name: string, hooks: ResourceHooks) {
    this.name = name;
    this.hooks = hooks;
    Object.freeze(this);
  }
}

/**
 * Makes a resource. The first step that attaches it initializes it for its process; it is released when the process has ended.
 *
 * @throws FlowError - `invalid-name`
 * @throws InvalidOptionError - there is no such option, or a hook is not a function
 * @example
 * const database = defineResource({
 *   name: 'database',
 *   initialize: (_, url: string) => connect(url),
 *   release: ({ entity }) => entity.close(),
 * });
 * process.customStep(async (s) => (await s.attach(database, 'db://orders')).entity.query('select 1'), 'read');
 */
export function defineResource<Entity, Init = void>(options: ResourceOptions<Entity, Init>): Resource<Entity, Init>;
/** Makes a resource without `initialize`: a key-value store, with an entity when a step sets one. */
export function defineResource<Entity = undefined>(options: BareResourceOptions<Entity | undefined>): Resource<Entity | undefined>;
export function defineResource(options: object): unknown {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw new InvalidOptionError('invalid-option', `the options of a resource are ${shown(options)}; give an object with a name`);
  }
  const given = options as Readonly<Record<string, unknown>>; // what it holds is looked at below
  const name = checkedName('resource', given['name']);
  checkOptionNames(given, optionNames, `resource '${name}'`);
  const hooks = hookNames.map((hook) => [hook, checkedHook(given[hook], hook, name)]);
  return new ResourceSpec(name, Object.freeze(Object.fromEntries(hooks)) as ResourceHooks);
}

function checkedHook(hook: unknown, which: string, name: string): unknown {
  if (hook === undefined || typeof hook === 'function') return hook;
  throw new InvalidOptionError('not-a-function', `the hook '${which}' of resource '${name}' is ${shown(hook)}; give a function (attachment) => …, or leave it out`);
}
