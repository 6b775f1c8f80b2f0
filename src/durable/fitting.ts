import type { FlowGraph, GraphDocument } from '../define/graph.ts';
import type { FlowSpec } from '../define/spec.ts';
import type { Launcher } from '../run/launcher.ts';
import type { Plan } from '../run/plan.ts';
import type { Restored } from '../run/restored.ts';
import { DecodeError } from './codec-errors.ts';
import type { Codec } from './codec.ts';
import { misfits } from './fit.ts';
import { IncompatibleDefinitionError } from './incompatible.ts';
import { callsFlows, type PlanOf } from './locator.ts';
import { type Migrate, migrated } from './migrate.ts';
import { recoveryOf, withEntries } from './recovery.ts';
import { restoredOf } from './restored-of.ts';
import { parsed } from './rows.ts';
import { RunCodec } from './run-codec.ts';
import type { Snapshot } from './snapshot.ts';
import type { Store } from './store.ts';

/** What fitting runs to definitions needs. */
export interface FittingOptions {
  readonly store: Pick<Store, 'loadDefinition'>;
  readonly codec: Codec;
  readonly launcher: Launcher;
  readonly migrate: Migrate | undefined;
}

/** Says whether recorded runs fit the definitions that are to go on with them, and migrates those that do not. Changes nothing. */
export class Fitting {
  readonly #options: FittingOptions;
  readonly #graphs = new WeakMap<FlowSpec, FlowGraph>();

  constructor(options: FittingOptions) {
    this.#options = options;
  }

  /**
   * Returns the state with which a recorded run can go on: the one that is recorded, or what `migrate` made of it.
   *
   * @throws IncompatibleDefinitionError - the definition is not one that this run fits
   * @throws MigrationError - `migrate` threw, or returned what is no state
   * @throws DecodeError - a value of the run cannot be read
   */
  async fitted(runId: string, recorded: Snapshot, flow: FlowSpec): Promise<Snapshot> {
    const graph = this.#graphOf(flow);
    if (this.isSame(recorded, flow)) return recorded;
    const from = structureOf(await this.#options.store.loadDefinition(flow.name, recorded.fingerprint));
    const differences = this.#misfits(runId, recorded, flow, from);
    if (differences.length === 0) return recorded;
    const { migrate } = this.#options;
    const made = migrate && migrated(recorded, migrate, { runId, from, to: graph.toJSON(), differences });
    if (made === undefined) throw new IncompatibleDefinitionError(runId, flow.name, differences);
    const left = this.#misfits(runId, made, flow, undefined); // it may have made always steps of others
    if (left.length > 0) throw new IncompatibleDefinitionError(runId, flow.name, left);
    return made;
  }

  /** Whether a run was recorded with this very definition, and with no others. */
  isSame({ fingerprint }: Snapshot, flow: FlowSpec): boolean {
    return fingerprint === this.#graphOf(flow).fingerprint && !callsFlows(this.#options.launcher.planOf(flow));
  }

  /** The same for a run that does not go on yet: reads its values as well. */
  async readable(runId: string, recorded: Snapshot, flow: FlowSpec): Promise<Snapshot> {
    const state = await this.fitted(runId, recorded, flow);
    const { launcher, codec } = this.#options;
    const plan = launcher.planOf(flow);
    restored(runId, goingOn(state, plan, (called) => launcher.planOf(called)), plan, new RunCodec(codec));
    return state;
  }

  #misfits(runId: string, recorded: Snapshot, flow: FlowSpec, from: GraphDocument | undefined): readonly string[] {
    const { launcher, codec } = this.#options;
    const plan = launcher.planOf(flow);
    const planOf: PlanOf = (called) => launcher.planOf(called);
    return misfits({ recorded, restored: restored(runId, recorded, plan, new RunCodec(codec)), next: goingOn(recorded, plan, planOf), plan, planOf, from });
  }

  #graphOf(flow: FlowSpec): FlowGraph {
    const known = this.#graphs.get(flow);
    if (known !== undefined) return known;
    const graph = this.#options.launcher.compile(flow);
    this.#graphs.set(flow, graph);
    return graph;
  }
}

/**
 * Translates the state of a run into what it goes on with.
 *
 * @throws DecodeError - a value cannot be read; the message names the run
 */
export function restored(runId: string, snapshot: Snapshot, plan: Plan, codec: RunCodec): Restored {
  try {
    return restoredOf(snapshot, plan, codec);
  } catch (cause) {
    throw new DecodeError(`a value of run '${runId}' cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The state that a run goes on with: when it has ended, it is recovered. */
function goingOn(state: Snapshot, plan: Plan, planOf: PlanOf): Snapshot {
  const at = state.ended?.at ?? 0;
  return withEntries(state, recoveryOf(state, plan, planOf, at), at);
}

/** A structure as it was saved; one that cannot be read only makes messages less exact. */
function structureOf(text: string | undefined): GraphDocument | undefined {
  const read = text === undefined ? undefined : parsed(text);
  return typeof read === 'object' && read !== null && 'steps' in read && Array.isArray(read.steps) ? (read as GraphDocument) : undefined;
}
