/** The type-level key under which a ref says what it adds to the `results` of a step that waits for it. */
export declare const contributes: unique symbol;

/** One entry of `s.results`: `weak` ones may be missing, because their timing also lets failures and skips pass. */
export interface Member<Name extends string = string, Value = unknown, Strength extends 'strong' | 'weak' = 'strong' | 'weak'> {
  /** The name under which it is read. */
  readonly name: Name;
  /** The type of the result. */
  readonly value: Value;
  /** Whether the result may be missing. */
  readonly strength: Strength;
}

/** The type-level key that tells what a body is run for from a step: nothing can wait for it, and no body returns it. */
export declare const scoped: unique symbol;

/** Any function that can be the work of a step. */
export type AnyStepFunction = (s: never) => unknown;

/** The value that a ref stands for. */
export type ValueOf<Target> = Target extends string
  ? unknown
  : Target extends (...args: never[]) => infer Value
    ? Awaited<Value>
    : Target extends { readonly [contributes]: Member<string, infer Value> }
      ? Value
      : unknown;

/** Names a step: a handle, a token, the function that was registered, or a plain name. */
export type Ref = string | TypedRef;

/** A handle or a token, seen as a ref. */
export interface NamedRef {
  /** The name of the step. */
  readonly name: string;
  readonly [contributes]: Member<string, unknown, 'strong'>;
  readonly [scoped]?: never;
}

/** Something that the steps of a body can read by `s.result`: the item of a `forEach`, or its position. */
export interface ScopeRef<Name extends string = string, Value = unknown> {
  /** What it is. */
  readonly name: Name;
  readonly [contributes]: Member<Name, Value, 'strong'>;
  readonly [scoped]: true;
}

/** A ref whose value the compiler knows. */
export type TypedRef = NamedRef | AnyStepFunction;
