import { defineResource, type Resource } from 'millrace';

/** A resource that counts: its entities are numbered from 1, and what happens to them is written down. */
export function counted(name: string, log: string[] = []): { readonly pool: Resource<string, string | undefined>; readonly log: string[] } {
  let made = 0;
  const pool = defineResource({
    name,
    initialize(_, init: string | undefined) {
      made += 1;
      log.push(`initialize ${name} ${made}${init === undefined ? '' : ` with ${init}`}`);
      return `${name} ${made}`;
    },
    release({ entity }) {
      log.push(`release ${entity}`);
    },
  });
  return { pool, log };
}

/** A promise that the test settles. */
export interface Gate<Value> {
  readonly promise: Promise<Value>;
  open(value: Value): void;
}

export function gate<Value = void>(): Gate<Value> {
  let open!: (value: Value) => void; // a promise calls its executor at once
  const promise = new Promise<Value>((resolve) => (open = resolve));
  return { promise, open };
}
