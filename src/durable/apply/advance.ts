import type { Applied } from '../../define/apply.ts';
import type { FlowResult } from '../../define/run.ts';
import type { FlowRun } from '../../run/flow-run.ts';
import { Gate } from '../../run/gate.ts';
import type { Message } from '../../run/inbox.ts';
import type { Past } from '../../run/kernel/recall.ts';
import { obey } from '../../run/obey.ts';
import type { Entry } from '../entry.ts';
import { Folding } from '../fold.ts';
import type { RunCodec } from '../run-codec.ts';
import { RunJournal } from '../run-journal.ts';
import type { Snapshot } from '../snapshot.ts';

/** A run that is to be advanced. */
export interface Advancing {
  /** It has recalled its state, if there is one. */
  readonly run: FlowRun;
  readonly codec: RunCodec;
  /** Where it stands; `undefined` before it begins. */
  readonly state: Snapshot | undefined;
  /** The same as its kernel took it over. */
  readonly past: Past | undefined;
  /** What is recorded before anything that it does. */
  readonly first: readonly Entry[];
  readonly messages: readonly Message[];
  readonly budget: 'one' | 'ready' | 'all';
  readonly now: () => number;
  readonly begin: () => void;
}

/** How far a run came. */
export interface Advanced extends Pick<Applied, 'status' | 'wakeAt' | 'ran' | 'result'> {
  readonly state: Snapshot;
  readonly left: readonly Message[];
}

const budgets = { one: 1, ready: Infinity, all: Infinity } as const;

/** Lets a run do what it may, records that in memory, and puts it away. */
export async function advance(advancing: Advancing): Promise<Advanced> {
  const { run, codec, state, past, first, messages, budget, now } = advancing;
  const folding = new Folding(state, run.id);
  const recorded = {
    kernel: run.kernel,
    codec,
    seq: state?.seq ?? 0,
    known: past?.nodes.map(({ node }) => node) ?? [],
    seen: past?.history.length ?? 0,
    first,
    isKept: true,
    startedAt: () => run.startedAt,
    now,
    writesOf: (node: number) => run.writes?.of(node) ?? [],
    writeBack: run.writeBack,
    problem: (error: Error, path: string) => run.problem('persist', error, path),
  };
  const push: ConstructorParameters<typeof RunJournal>[1]['push'] = (row, _, kept) => {
    folding.add(row);
    kept();
  };
  const journal = new RunJournal(recorded, { push });
  run.recordTo(journal, true);
  const gate = new Gate(budgets[budget], budget === 'all', state?.seq ?? 0);
  run.gate = gate;
  obey(run, gate);
  for (const message of messages) run.inbox.post(message);
  const until = await resting(run, gate, () => advancing.begin());
  const { result } = run;
  if (result === undefined) {
    gate.close();
    await run.suspendResources();
    journal.commit(() => undefined);
    run.putAway();
  }
  const left = run.unread;
  return { state: folding.snapshot(), left, ran: gate.ran, result, ...standing(result, gate, until, now()) };
}

/** Resolves when nothing more happens at once: with the moment at which the run would go on by itself. */
function resting(run: FlowRun, gate: Gate, begin: () => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const rested = (): void => {
      if (run.isRefused) {
        run.done.catch(reject);
      } else if (gate.isHolding) {
        gate.open();
      } else {
        const until = run.isOver ? Infinity : run.restsUntil;
        if (until !== undefined) resolve(until);
      }
    };
    run.rested = rested;
    begin();
  });
}

function standing(result: FlowResult | undefined, gate: Gate, until: number, now: number): Pick<Applied, 'status' | 'wakeAt'> {
  if (result !== undefined) return { status: result.status, wakeAt: undefined };
  if (gate.hasRefused || until <= now) return { status: 'running', wakeAt: undefined };
  return { status: 'waiting', wakeAt: until === Infinity ? undefined : Math.ceil(until) };
}
