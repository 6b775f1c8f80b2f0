/** What is known of a node of a run that goes on. */
export interface PastNode {
  /** Its outcome, or `RUNNING`, `PARKED`; `WAITING` when it is to start as if it never had. */
  readonly state: number;
  /** What `Kernel.values` holds of it. */
  readonly value: unknown;
  /** The attempt that it is at, or that comes next when it is parked. */
  readonly attempt: number;
  /** When the next attempt comes, while it is parked. */
  readonly retryAt: number;
}

/** A run as it was recorded, for a kernel that goes on with it. What has no record follows from the rest. */
export interface Past {
  /** First starts and outcomes in their order, as entries of a `History`. */
  readonly history: readonly number[];
  readonly nodes: ReadonlyMap<number, PastNode>;
}
