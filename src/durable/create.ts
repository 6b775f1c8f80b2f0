import { systemClock } from '../clock.ts';
import { checkedDurability } from '../define/durability.ts';
import { timeoutMs } from '../define/duration.ts';
import { ResourceSpec } from '../define/resource.ts';
import { shown } from '../define/shown.ts';
import type { FlowSpec } from '../define/spec.ts';
import { InvalidOptionError } from '../errors.ts';
import { randomIds, randomNumber } from '../random.ts';
import { Launcher } from '../run/launcher.ts';
import { FlowApplying } from './apply/flow-applying.ts';
import type { DurableOptions } from './durable-flows.ts';
import { DurableRegistry } from './durable-registry.ts';
import { Fitting } from './fitting.ts';
import { jsonCodec } from './json-codec.ts';
import { checkDurableOptions } from './option-checks.ts';
import { Recording } from './recording.ts';
import { Resuming } from './resuming.ts';
import { RunSnapshots } from './run-snapshots.ts';
import { Signalling } from './signalling.ts';
import { Submitting } from './submitting.ts';
import { Unfit } from './unfit.ts';
import { Workers } from './workers.ts';

const defaultLeaseMs = 30_000;
const shortestLeaseMs = 1_000;
const defaultSignalPollMs = 1_000;

/** Makes a registry whose runs are recorded. */
export function createDurableFlows(options: DurableOptions): DurableRegistry {
  checkDurableOptions(options);
  const { store, codec = jsonCodec(), durability: given = 'step', lease, owner: label, signalPoll, resources = [], migrate, ...rest } = options;
  const durability = checkedDurability(given, 'a registry');
  const leaseMs = lease === undefined ? defaultLeaseMs : timeoutMs(lease, 'the lease of a registry');
  if (leaseMs < shortestLeaseMs) throw new InvalidOptionError('invalid-duration', `the lease of a registry is ${leaseMs} ms; give at least ${shortestLeaseMs} ms`);
  const signalPollMs = signalPoll === undefined ? defaultSignalPollMs : timeoutMs(signalPoll, 'signalPoll of a registry');
  if (label !== undefined && (typeof (label as unknown) !== 'string' || label === '')) throw new InvalidOptionError('invalid-option', `the owner of a registry is ${shown(label)}; give a text that is not empty`);
  const newId = randomIds();
  const owner = label === undefined ? newId() : `${label}#${newId().slice(0, 8)}`; // two of one name must not take each other's leases for their own
  if (migrate !== undefined && typeof (migrate as unknown) !== 'function') throw new InvalidOptionError('invalid-option', `migrate of a registry is ${shown(migrate)}; give a function, or leave it out`);
  const clock = rest.clock ?? systemClock;
  const launcher = new Launcher(rest, resources.map(checkedResource));
  const durabilityOf = (flow: FlowSpec): typeof durability => flow.durability ?? durability;
  const recording: Recording = new Recording({
    store,
    codec,
    clock,
    owner,
    leaseMs,
    signalPollMs,
    durabilityOf,
    graphOf: (flow) => launcher.compile(flow),
    problem: (error) => launcher.problem('persist', error, '', ''),
    join: (run) => resuming.join(run),
  });
  launcher.recording = recording;
  const fitting = new Fitting({ store, codec, launcher, migrate });
  launcher.applying = new FlowApplying({ codec, launcher, fitting, now: () => clock.now() });
  let resuming: Resuming;
  launcher.recoverWith(async (runId) => (await resuming.resume(runId)).done);
  return new DurableRegistry(launcher, (flows) => {
    const problem = (error: unknown, runId: string, flow: string): void => launcher.problem('recover', error, runId, flow);
    const now = (): number => clock.now();
    resuming = new Resuming({ store, codec, owner, launcher, recording, fitting, unfit: new Unfit(2 * leaseMs), flows, now, durabilityOf, problem });
    const submitting = new Submitting({ codec, launcher, recording, resuming, durabilityOf, now });
    const signalling = new Signalling({ store, recording, flowOf: (head) => resuming.flowOf(head), ids: launcher.ids });
    const snapshots = new RunSnapshots({ store, codec, recording, durabilityOf });
    launcher.snapshotWith((runId, flow) => snapshots.of(runId, flow));
    const workers = new Workers({ clock, launcher, recording, resuming, flows, random: rest.random ?? randomNumber });
    return { store, recording, fitting, resuming, submitting, signalling, workers };
  });
}

function checkedResource(resource: unknown): ResourceSpec {
  if (resource instanceof ResourceSpec) return resource;
  throw new InvalidOptionError('invalid-option', `one of the resources of a registry is ${shown(resource)}; give what defineResource made`);
}
