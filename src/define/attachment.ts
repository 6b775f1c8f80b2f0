import type { Key } from './key.ts';

/**
 * A resource as one process of one run has it. Every step of the process that attaches or acquires the resource gets the same.
 * After the release it can be read and no longer changed.
 */
export interface Attachment<Entity> {
  /** The name of the resource; for an object that is disposable by itself, the name of its class. */
  readonly name: string;
  /** The name of the process. */
  readonly process: string;
  /** What `initialize` made, or what `update` has set since; `undefined` after `clear`. */
  readonly entity: Entity;
  /**
   * Sets the entity for all that use the resource from now on.
   *
   * @throws FlowError - `resource-released`
   */
  update(entity: Entity): void;
  /** Returns the value of a key, or `undefined`. */
  get<Value = unknown>(key: Key<Value> | string): Value | undefined;
  /**
   * Sets the value of a key, for all that use the resource.
   *
   * @throws FlowError - `resource-released`
   */
  set<Value>(key: Key<Value> | string, value: Value): void;
  /**
   * Drops the entity and all keys, such as secrets that must not be recorded.
   *
   * @throws FlowError - `resource-released`
   */
  clear(): void;
}
