import type { ProcessOutcome } from '../define/outcome.ts';
import type { FlowResult, RunStatus } from '../define/run.ts';
import { errorOf } from './thrown.ts';

/** How a run ends, and the promise of that, which is made when somebody asks for it. */
export class RunEnd {
  result: FlowResult | undefined = undefined;
  /** Whether it ends as another run does, and that has not ended. */
  #isFollowing = false;
  #promise: Promise<FlowResult> | undefined = undefined;
  #resolve: ((result: FlowResult | Promise<FlowResult>) => void) | undefined = undefined;

  get done(): Promise<FlowResult> {
    return (this.#promise ??= this.result === undefined ? new Promise((resolve) => (this.#resolve = resolve)) : Promise.resolve(this.result));
  }

  /** Where a run, or a process of it, stands that does not go on here. */
  statusElsewhere(region: number, regions: readonly { readonly name: string }[]): RunStatus | ProcessOutcome {
    if (this.#isFollowing) return 'running';
    const ended = region === 0 ? this.result : this.result?.process(regions[region]?.name ?? '');
    return ended?.status ?? 'failed';
  }

  reach(result: FlowResult): void {
    this.result = result;
    this.#resolve?.(result);
  }

  refuse(error: unknown): void {
    const refused = Promise.reject<FlowResult>(errorOf(error));
    if (this.#promise === undefined) this.#promise = refused;
    else this.#resolve?.(refused);
  }

  /** Ends as another run does. */
  follow(other: Promise<FlowResult>): void {
    if (this.#resolve === undefined) this.#promise = other;
    else this.#resolve(other);
    this.#isFollowing = true;
    const ended = (result?: FlowResult): void => {
      this.#isFollowing = false;
      this.result = result;
    };
    other.then(ended, () => ended());
  }
}
