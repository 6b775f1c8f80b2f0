const inspect = Symbol.for('nodejs.util.inspect.custom');

/** Says how Node's `util.inspect`, and with it `console.log`, shows the objects of a class. */
export function inspectedAs<Shown extends object>(type: { readonly prototype: Shown }, line: (shown: Shown) => string): void {
  Object.defineProperty(type.prototype, inspect, {
    value(this: Shown): string {
      return line(this);
    },
  });
}
