import type { Attachment } from './attachment.ts';
import type { Resource } from './resource.ts';

/** What `attach` takes after the resource: nothing where the resource needs nothing. */
export type InitArguments<Init> = [Init] extends [void] ? readonly [] : undefined extends Init ? readonly [init?: Init] : readonly [init: Init];

/** The part of a context that shares resources within its process. */
export interface ResourceContext {
  /** Attaches an object that is disposable by itself; it is disposed of when the process has ended. */
  attach<Entity extends AsyncDisposable | Disposable>(object: Entity): Promise<Attachment<Entity>>;
  /**
   * Attaches a resource to this run of the process. The first call initializes it, also when several come at once; the others get
   * the same attachment, and their `init` is not looked at. When the process has ended, everything attached is released, the last
   * one first, and the run ends after that; once the run is aborted it waits for hooks no longer than the grace.
   *
   * @throws ResourceError - rejects when `initialize` fails, with what it threw as the cause; the next call tries again
   * @throws FlowError - rejects with `unknown-resource`, `step-ended` or `resource-released`
   */
  attach<Entity, Init>(resource: Resource<Entity, Init>, ...init: InitArguments<Init>): Promise<Attachment<Entity>>;
  /**
   * Returns what is attached to this run of the process, or `undefined`, also while it is being initialized.
   *
   * @throws FlowError - `unknown-resource`
   */
  acquire<Entity>(resource: Resource<Entity, never>): Attachment<Entity> | undefined;
  /** Returns the attachment of an object that is disposable by itself, or `undefined`. */
  acquire<Entity extends AsyncDisposable | Disposable>(object: Entity): Attachment<Entity> | undefined;
}
