/** What is known of a node of a run that goes on. */
export interface PastNode {
  readonly node: number;
  /** Its outcome, or `RUNNING`, `PARKED`; `WAITING` when it is to start as if it never had. */
  readonly state: number;
  /** What `Kernel.values` holds of it. */
  readonly value: unknown;
  /** The attempt that it is at, or that comes next when it is parked. */
  readonly attempt: number;
  /** When the next attempt comes, while it is parked. */
  readonly retryAt: number;
  /** When it started, in milliseconds since the epoch, if it has; see `PathRecord`. */
  readonly since: number | undefined;
}

/** A run as it was recorded, for a kernel that goes on with it. What has no record follows from the rest. */
export interface Past {
  /** First starts and outcomes in their order, as entries of a `History`. */
  readonly history: readonly number[];
  /** In the order of their outcomes. A list, because thousands of runs may go on at once, and a `Map` takes twice the memory. */
  readonly nodes: readonly PastNode[];
}

/** What is known of one node. */
export function pastAt({ nodes }: Past, node: number): PastNode | undefined {
  return nodes.find((past) => past.node === node);
}
