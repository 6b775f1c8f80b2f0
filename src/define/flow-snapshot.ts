/**
 * The state of a run as plain JSON, for `JSON.stringify` or a column of a database. Only `apply` and the questions about a snapshot know
 * what is inside.
 */
export interface FlowSnapshot {
  /** The number of the format that it is written in. */
  readonly format: number;
  /** The name of the flow. */
  readonly flow: string;
  /** The structural fingerprint of the definition that it was made with. */
  readonly fingerprint: string;
  /** The id of the run. */
  readonly runId: string;
}
