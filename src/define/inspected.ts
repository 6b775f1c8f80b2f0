const inspect = Symbol.for('nodejs.util.inspect.custom');
const line = Symbol('line');

/** Says how Node's `util.inspect`, with it `console.log`, and the messages of this library show the objects of a class. */
export function inspectedAs<Shown extends object>(type: { readonly prototype: Shown }, show: (shown: Shown) => string): void {
  const shown = {
    value(this: Shown): string {
      return show(this);
    },
  };
  Object.defineProperties(type.prototype, { [inspect]: shown, [line]: shown });
}

/** How an object of this library is shown; `undefined` for others. */
export function lineOf(value: object): string | undefined {
  return (value as { readonly [line]?: () => string })[line]?.();
}
