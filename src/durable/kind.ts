/**
 * How the instances of one class go into data and back. With `blank` and `fill` an instance exists before what it holds, so that it may
 * hold itself; with `decode` it cannot.
 */
export type Kind = {
  readonly name: string;
  encode(instance: object, keeps: (value: unknown) => boolean): unknown;
} & (
  | {
      readonly decode: (data: unknown) => object;
      /** Whether a user wrote both functions, so that nobody knows whether they fit. */
      readonly isCustom?: true;
    }
  | { readonly decode?: never; readonly isCustom?: never; readonly blank: () => object; readonly fill: (instance: object, data: unknown) => void }
);
