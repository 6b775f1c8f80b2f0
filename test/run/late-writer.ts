import { optional, type Key, type StepContext, type StepHandle, type Timing } from 'millrace';
import { hands, type Bench } from './bench.ts';

/** A step `reader` that does not wait for `late`, and starts while `late` is at work. */
export interface LateWriter {
  readonly reader: StepHandle;
  /** Runs both: `late` sets the key to 9 and ends, then `look` is called, then `reader` ends. */
  readonly look: (look: (s: StepContext) => void) => Promise<void>;
}

/** @param earlier - what `reader` does wait for */
export function lateWriter({ flow, p }: Bench, key: Key<number>, ...earlier: readonly Timing[]): LateWriter {
  const { late, reader } = hands('late', 'reader');
  p.parallel(late);
  return {
    reader: p.customStep(reader.run, 'reader', ...earlier, optional(late)),
    async look(look) {
      const run = flow.start();
      const call = await reader.started(run.done);
      const other = await late.started(run.done);
      other.s.set(key, 9);
      other.succeed();
      await Promise.resolve();
      look(call.s);
      call.succeed();
      await run.done;
    },
  };
}
