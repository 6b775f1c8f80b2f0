import { expect, expectTypeOf } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { Process } from '../../src/define/flow.ts';
import type { StepHandle, StepToken } from '../../src/define/handles.ts';
import type { ValueOf } from '../../src/define/refs.ts';
import type { FlowResult, Run } from '../../src/define/run.ts';
import type { StepContext } from '../../src/define/step-context.ts';
import { drawTimeline, handStep, orderMatchers, virtualClock, type HandCall } from '../../src/testing/index.ts';

interface Order {
  readonly id: string;
}

declare const process: Process<Order>;
declare const result: FlowResult;
declare const run: Run;

// A hand-driven step stands wherever a step stands.
{
  const build = handStep<number>('build');
  const ship = handStep<string, Order>('ship');
  const named = handStep<number, Order, 'named'>('named');
  const plain = handStep('plain');

  expectTypeOf(build).toExtend<StepToken<string, number, unknown>>();
  expectTypeOf(build.run).toEqualTypeOf<(s: StepContext) => Promise<number>>();
  expectTypeOf<ValueOf<typeof build>>().toEqualTypeOf<number>();
  expectTypeOf<ValueOf<typeof ship.run>>().toEqualTypeOf<string>();

  const chain = process.follow(build, ship, named);
  expectTypeOf(chain.steps[0]).toEqualTypeOf<StepHandle<string, number, Order>>();
  expectTypeOf(chain.steps[2]).toEqualTypeOf<StepHandle<'named', number, Order>>();
  expectTypeOf(process.customStep(build.run, 'again')).toEqualTypeOf<StepHandle<'again', number, Order>>();
  expectTypeOf(process.parallel({ one: build.run, two: ship.run }).steps.two).toEqualTypeOf<StepHandle<'two', string, Order>>();
  process.customStep(build.run, 'after', ship, named);

  process.customStep(
    (s) => {
      expectTypeOf(s.results.named).toEqualTypeOf<number>();
      expectTypeOf(s.results.plain).toEqualTypeOf<unknown>();
      expectTypeOf(s.result(build)).toEqualTypeOf<number>();
      // @ts-expect-error 'build' was given the type of its value only, so the compiler does not know its name
      void s.results.build;
    },
    'reads',
    build,
    named,
    plain,
  );

  expectTypeOf(result.value(build)).toEqualTypeOf<number>();
  expectTypeOf(result.value(ship.run)).toEqualTypeOf<string>();

  // @ts-expect-error a step for another input does not fit the process
  process.follow(handStep<number, { readonly other: number }>('other'));
  // @ts-expect-error a slash is not part of a name
  handStep('release/build');
}

// A call takes the value of its step.
{
  const started = handStep<number, Order>('build').started(run.done);
  expectTypeOf(started).toEqualTypeOf<Promise<HandCall<number, Order>>>();
  const call = await started;
  expectTypeOf(call.s.input).toEqualTypeOf<Order>();
  call.succeed(1);
  // @ts-expect-error a number has to be given
  call.succeed();
  // @ts-expect-error a string is not a number
  call.succeed('1');
  // @ts-expect-error the step fails with something
  call.fail();

  (await handStep().started()).succeed();
  (await handStep<void>('notify').started()).succeed();
  (await handStep<number | undefined>('find').started()).succeed();

  // @ts-expect-error the end of the run is its `done`
  void handStep().started(run);
}

// The clock is a clock, and moves by durations.
{
  const clock = virtualClock();
  expectTypeOf(clock).toExtend<Clock>();
  expectTypeOf(clock.nextAt).toEqualTypeOf<number | undefined>();
  void clock.advance('30s');
  // @ts-expect-error the unit is not one of a duration
  void clock.advance('30 seconds');
  // @ts-expect-error the time is moved by methods only
  clock.pending = 3;
}

// The matchers take any ref.
{
  expect.extend(orderMatchers);
  const handle = process.customStep(() => 1, 'handle');
  const work = (): number => 1;
  expect(result).toHaveRunBefore('fulfil/a', handle);
  expect(result).not.toHaveOverlapped(work, handStep('b'));
  expect(result).toHaveRunInOrder(['a', handle, work]);
  expect(result).toHaveStatus('fulfil/a', 'cancelled');
  expect(result).toHaveStatus('stopped');
  await expect(run.done).resolves.toHaveRunBefore('a', 'b');
  expectTypeOf(drawTimeline(result)).toEqualTypeOf<string>();

  // @ts-expect-error two steps are compared
  expect(result).toHaveRunBefore('a');
  // @ts-expect-error a number names no step
  expect(result).toHaveOverlapped('a', 1);
  // @ts-expect-error the order is one list
  expect(result).toHaveRunInOrder('a', 'b');
  // @ts-expect-error this is not how a step ends
  expect(result).toHaveStatus('a', 'running');
  // @ts-expect-error a run is never cancelled
  expect(result).toHaveStatus('cancelled');
  // @ts-expect-error a run has no result before it has ended
  drawTimeline(run);
}
