import { FlowError } from '../errors.ts';
import { bulleted } from '../shortened.ts';

/** A recorded run does not fit the definition that is to go on with it. */
export class IncompatibleDefinitionError extends FlowError {
  /** The id of the run. */
  readonly runId: string;
  /** What does not fit, each a sentence about one path. */
  readonly differences: readonly string[];

  constructor(runId: string, flow: string, differences: readonly string[]) {
    const list = bulleted(differences, '');
    super('incompatible-definition', `run '${runId}' does not fit flow '${flow}' as it is defined now; keep what the run has done, or give the flow another name:${list}`);
    this.runId = runId;
    this.differences = differences;
  }
}

Object.defineProperty(IncompatibleDefinitionError.prototype, 'name', { value: 'IncompatibleDefinitionError', configurable: true, writable: true });
