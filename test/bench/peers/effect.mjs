import * as Deferred from 'effect/Deferred';
import * as Effect from 'effect/Effect';

/** One fiber per step, unbounded; a step awaits the deferreds of what it waits for. Deferreds belong to a run, so they are made in it. */
export function prepare(shape, functions, mode) {
  const steps = shape.deps.map((_, step) => step);
  const works = functions.map((work, step) => (mode === 'async' ? Effect.promise(() => work(step)) : Effect.sync(() => work(step))));
  const program = Effect.suspend(() => {
    const ends = steps.map(() => Deferred.makeUnsafe());
    const runStep = (step) =>
      Effect.forEach(shape.deps[step], (dep) => Deferred.await(ends[dep]), { discard: true }).pipe(
        Effect.andThen(works[step]),
        Effect.flatMap((value) => Deferred.succeed(ends[step], value)),
      );
    return Effect.forEach(steps, runStep, { concurrency: 'unbounded', discard: true });
  });
  return () => Effect.runPromise(program);
}
