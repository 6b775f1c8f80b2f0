import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import { shown } from '../define/shown.ts';
import type { FlowSpec } from '../define/spec.ts';
import { InvalidOptionError } from '../errors.ts';
import type { Launcher } from '../run/launcher.ts';
import type { Codec } from './codec.ts';
import type { Recording } from './recording.ts';
import type { Resuming } from './resuming.ts';
import { rowText } from './rows.ts';
import { RunCodec } from './run-codec.ts';
import { existsOtherwise } from './run-errors.ts';
import type { Append } from './store.ts';
import type { SubmitOptions } from './worker-options.ts';

const optionNames: OptionNames<SubmitOptions> = {
  runId: true,
  concurrency: true,
  flowTimeout: true,
  grace: true,
  strict: true,
  schedule: true,
  onFailure: true,
};

/** What submitting runs needs. */
export interface SubmittingOptions {
  readonly codec: Codec;
  readonly launcher: Launcher;
  readonly recording: Recording;
  readonly resuming: Resuming;
  durabilityOf(flow: FlowSpec): 'step' | 'exit' | 'none';
  now(): number;
}

/** Adds runs that nobody has at work, for workers to take. */
export class Submitting {
  readonly #options: SubmittingOptions;

  constructor(options: SubmittingOptions) {
    this.#options = options;
  }

  async submit(flow: FlowSpec, given: unknown, options: SubmitOptions = {}): Promise<string> {
    const { codec, launcher, recording, resuming } = this.#options;
    recording.assertOpen();
    if (typeof (options as unknown) === 'object' && (options as unknown) !== null) checkOptionNames(options, optionNames, 'a run that is submitted');
    if (this.#options.durabilityOf(flow) === 'none') {
      throw new InvalidOptionError('invalid-option', `flow ${shown(flow.name)} has the durability 'none', so nobody could find a run of it; give 'step' or 'exit', or start the run here`);
    }
    const { runId, settings, input } = await launcher.checked(flow, given, options);
    recording.assertOpen();
    const live = recording.live(runId);
    if (live !== undefined) {
      if (recording.isSame(live, flow, input)) return runId;
      throw existsOtherwise(runId, live.plan.template.flow, flow);
    }
    const created = recording.creationOf(runId, flow, new RunCodec(codec).input(input, flow.name), settings);
    const create = { flow: flow.name, fingerprint: created.fingerprint, owner: undefined, leaseUntil: 0 };
    const isNew = await this.#commit({ runId, row: { seq: 1, at: this.#options.now(), text: rowText([created]) }, create });
    if (isNew) recording.due();
    else await resuming.same(runId, flow, input);
    return runId;
  }

  /** Returns false when there is a run of this id. */
  #commit(append: Append): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#options.recording.committer.push(append, {
        committed: () => resolve(true),
        fenced: () => resolve(false),
        dropped: (_, error) => reject(error),
      });
    });
  }
}
