import type { StepFailure } from '../define/run.ts';
import type { RunCodec } from './run-codec.ts';
import type { PathRecord, Snapshot } from './snapshot.ts';

/** What failed inside of a composite step, or of an item, that failed because of it. */
export function insideOfRecord({ of }: PathRecord, { paths }: Snapshot, codec: RunCodec): readonly StepFailure[] | undefined {
  const failures = of?.flatMap((path) => {
    const e = paths[path]?.e;
    return e === undefined ? [] : [{ path, error: codec.decode(e) as Error }]; // what failed has an error
  });
  return failures === undefined || failures.length === 0 ? undefined : failures;
}
