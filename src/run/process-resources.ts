import type { ResourceAction } from '../define/events.ts';
import type { ResourceSpec } from '../define/resource.ts';
import { FlowError, ResourceError } from '../errors.ts';
import { retold } from '../shortened.ts';
import { type Attachable, attachable } from './attachable.ts';
import { Attached, type ResourceRecord } from './attachment.ts';
import { errorOf } from './thrown.ts';

/** Is told of what the hooks of resources throw. */
export type ResourceProblem = (action: ResourceAction, resource: string, thrown: unknown, path?: string) => void;

/** One resource of a process, or one on its way. */
interface Held extends Attachable {
  readonly attachment: Attached;
  /** The same for all that attach it. */
  readonly ready: Promise<Attached>;
  isAttached: boolean;
}

/** The resources of one process in one run, in the order in which they were attached. */
export class ProcessResources {
  readonly #process: string;
  readonly #problem: ResourceProblem;
  readonly #held = new Map<unknown, Held>();
  /** What a suspended run kept of resources that nobody has attached since. */
  readonly #records = new Map<string, ResourceRecord>();
  #hadRecords = false;
  #ending: Promise<unknown> | undefined = undefined;
  /** All steps before this one have their outcomes, or belong to other processes. */
  firstOpen = 0;

  constructor(process: string, problem: ResourceProblem) {
    this.#process = process;
    this.#problem = problem;
  }

  /** Whether the run was suspended before and kept something of its resources. */
  get hadRecords(): boolean {
    return this.#hadRecords;
  }

  /** Whether nothing can be attached any more. */
  get isClosed(): boolean {
    return this.#ending !== undefined;
  }

  attach(resource: unknown, init: unknown, path: string | undefined): Promise<Attached> {
    const known = this.#held.get(resource);
    if (known !== undefined && !this.isClosed) return known.ready;
    const given = attachable(resource);
    const { name } = given.spec;
    if (this.isClosed) throw new FlowError('resource-released', `resource '${name}' is attached after process '${this.#process}' has ended; attach it while the process is at work`);
    if (given.isObject) return this.#hold(resource, given, new Attached(name, this.#process, resource), (held) => Promise.resolve(held.attachment));
    for (const { spec, isObject } of this.#held.values()) {
      if (!isObject && spec.name === name) throw new ResourceError(`process '${this.#process}' has attached another resource '${name}'; give them different names`, name, this.#process);
    }
    const record = this.#records.get(name);
    if (record !== undefined) return this.#recover(given.spec, record);
    return this.#hold(resource, given, new Attached(name, this.#process, undefined), (held) => this.#initialize(held, resource, init, path));
  }

  acquire(resource: unknown): Attached | undefined {
    const held = this.#held.get(resource);
    return held?.isAttached === true && !this.isClosed ? held.attachment : undefined;
  }

  /** Releases everything, the last attached first. Each one is waited for and cannot harm the others. */
  release(): Promise<unknown> {
    return (this.#ending ??= this.#releaseAll());
  }

  /** Returns what is to be kept of each resource, in the order of attaching, and releases them. */
  suspend(): Promise<readonly ResourceRecord[]> {
    if (this.isClosed) return Promise.resolve([]);
    const suspended = this.#suspendAll();
    this.#ending = suspended;
    return suspended;
  }

  /** Brings back what was kept. A resource that is not among `known` comes back when it is attached. */
  async recover(records: readonly ResourceRecord[], known: readonly ResourceSpec[]): Promise<void> {
    this.#hadRecords = records.length > 0;
    for (const record of records) this.#records.set(record.name, record);
    for (const record of records) {
      const spec = known.find(({ name }) => name === record.name);
      if (spec !== undefined && this.#records.has(record.name) && !this.isClosed) await this.#recover(spec, record);
    }
  }

  /** Holds the resource before any of its hooks is called, so that whoever attaches it meanwhile gets the same promise. */
  #hold(resource: unknown, given: Attachable, attachment: Attached, begin: (held: Held) => Promise<Attached>): Promise<Attached> {
    const ready: Promise<Attached> = Promise.resolve().then(() => begin(held));
    const held: Held = { attachment, ready, isAttached: given.isObject, ...given };
    this.#held.set(resource, held);
    // Those who attach it hear of an error, and so does the event; an attach that nobody awaits must not end the process.
    ready.catch(() => undefined);
    return ready;
  }

  async #initialize(held: Held, resource: unknown, init: unknown, path: string | undefined): Promise<Attached> {
    const { spec, attachment } = held;
    try {
      if (spec.hooks.initialize !== undefined) attachment.update(await spec.hooks.initialize(attachment, init));
      held.isAttached = true;
      return attachment;
    } catch (thrown) {
      this.#held.delete(resource);
      const cause = errorOf(thrown);
      this.#problem('initialize', spec.name, cause, path);
      const message = `resource '${spec.name}' could not be initialized in process '${this.#process}': ${retold(cause.message)}; attach it again to try again`;
      throw new ResourceError(message, spec.name, this.#process, { cause });
    }
  }

  #recover(spec: ResourceSpec, record: ResourceRecord): Promise<Attached> {
    this.#records.delete(record.name);
    const attachment = new Attached(spec.name, this.#process, record.entity, record.entries);
    return this.#hold(spec, { spec, isObject: false }, attachment, async (held) => {
      await this.#call('recover', held);
      held.isAttached = true;
      return attachment;
    });
  }

  async #releaseAll(): Promise<void> {
    for (const held of [...this.#held.values()].reverse()) {
      await settled(held);
      if (!held.isAttached) continue;
      await this.#call('release', held);
      held.attachment.close();
    }
  }

  async #suspendAll(): Promise<readonly ResourceRecord[]> {
    const records = [...this.#records.values()];
    for (const held of this.#held.values()) {
      await settled(held);
      if (!held.isAttached || held.isObject) continue;
      // What a failed hook has left may be what must not be kept.
      if (await this.#call('suspend', held)) records.push(held.attachment.record);
    }
    await this.#releaseAll();
    return records;
  }

  /** Calls a hook and returns whether it went well. */
  async #call(action: 'suspend' | 'recover' | 'release', { spec, attachment }: Held): Promise<boolean> {
    try {
      await spec.hooks[action]?.(attachment, undefined);
      return true;
    } catch (thrown) {
      this.#problem(action, spec.name, thrown);
      return false;
    }
  }
}

/** Waits for a resource on its way; that it failed has been told. */
async function settled({ ready }: Held): Promise<void> {
  await ready.catch(() => undefined);
}
