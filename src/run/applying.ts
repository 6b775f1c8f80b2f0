import type { Applied, ApplyOptions, PossibleNext } from '../define/apply.ts';
import type { FlowSpec } from '../define/spec.ts';

/** Advances runs by their snapshots, and tells where they stand. */
export interface Applying {
  apply(flow: FlowSpec, snapshot: unknown, options: ApplyOptions<unknown> | undefined): Promise<Applied>;
  isCompleted(flow: FlowSpec, snapshot: unknown): boolean;
  cursor(flow: FlowSpec, snapshot: unknown): readonly string[];
  possibleNext(flow: FlowSpec, snapshot: unknown): readonly PossibleNext[];
}
