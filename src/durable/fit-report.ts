/** A run that cannot go on with the definition that is registered now. */
export interface FitProblem {
  /** The id of the run. */
  readonly runId: string;
  /** The name of its flow. */
  readonly flow: string;
  /** What does not fit, each a sentence about one path; empty where the run cannot be read at all. */
  readonly differences: readonly string[];
  /** What `resume` would reject with: an `IncompatibleDefinitionError`, or what is wrong with the run. */
  readonly error: Error;
}

/** Which of the unfinished runs of a store fit the definitions that are registered now. */
export interface FitReport {
  /** How many can go on. */
  readonly fits: number;
  /** How many of these go on only because `migrate` makes them fit. */
  readonly migrates: number;
  /** Those that cannot, the newest first. */
  readonly problems: readonly FitProblem[];
  /** How many belong to flows that are not registered, by the name of the flow. */
  readonly unknownFlows: ReadonlyMap<string, number>;
}
