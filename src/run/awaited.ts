import type { Context } from './context.ts';
import type { Endings } from './endings.ts';
import { RUNNING } from './kernel/cells.ts';
import type { Kernel } from './kernel/kernel.ts';

/** The loop whose step returned a promise. */
interface Awaiting {
  readonly kernel: Kernel;
  readonly endings: Endings;
  readonly policed: boolean;
  pump(): void;
}

/** Goes on when the function of a step has ended. */
export function awaitStep(run: Awaiting, node: number, attempt: number, promise: PromiseLike<unknown>, s: Context | undefined): void {
  nativeOf(promise).then(
    (value: unknown) => {
      run.endings.ended(node, attempt, true, value, s);
      run.pump();
    },
    (thrown: unknown) => {
      run.endings.ended(node, attempt, false, thrown);
      run.pump();
    },
  );
}

/** The same for the first attempt of a step that nothing stands around: what waits for it needs nothing but its value. */
export function awaitFreely(run: Awaiting, node: number, promise: PromiseLike<unknown>): void {
  nativeOf(promise).then(
    (value: unknown) => {
      if (!run.policed && run.kernel.state(node) === RUNNING) run.kernel.succeed(node, value);
      else run.endings.ended(node, 1, true, value);
      run.pump();
    },
    (thrown: unknown) => {
      run.endings.ended(node, 1, false, thrown);
      run.pump();
    },
  );
}

function nativeOf(promise: PromiseLike<unknown>): Promise<unknown> {
  return promise instanceof Promise ? promise : Promise.resolve(promise);
}
