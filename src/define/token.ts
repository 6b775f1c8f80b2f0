import { checkedFunction } from './handle.ts';
import { checkedName, type LiteralName } from './names.ts';
import type { StepToken } from './handles.ts';
import type { AnyStepFunction } from './refs.ts';
import type { StepContext } from './step-context.ts';

/** What stands behind {@link StepToken}. */
export class Token {
  readonly name: string;
  readonly run: AnyStepFunction;

  constructor(name: string, run: AnyStepFunction) {
    this.name = name;
    this.run = run;
    Object.freeze(this);
  }
}

/**
 * Makes a reusable named step. Its name does not depend on the function's, so minifiers cannot change it.
 *
 * @param run - the work of the step
 * @param name - the name that the step gets in every process that registers it
 * @throws FlowError - `invalid-name` or `not-a-function`
 * @example
 * const pack = step((s: StepContext<Order>) => s.input.lines.length, 'pack');
 * process.follow(pack);
 */
export function step<const Name extends string, Value, Input = unknown>(
  run: (s: StepContext<Input>) => Value,
  name: LiteralName<Name>,
): StepToken<Name, Awaited<Value>, Input> {
  const token = new Token(checkedName('step', name, 'step(fn, name)'), checkedFunction(run, String(name)));
  return token as unknown as StepToken<Name, Awaited<Value>, Input>; // the type-only member has no value to hold
}
