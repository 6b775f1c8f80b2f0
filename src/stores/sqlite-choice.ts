import { version } from 'node:process';
import { FlowError } from '../errors.ts';
import type { SqlDriver } from './sqlite-driver.ts';
import { libsqlDriver } from './sqlite-libsql.ts';
import { nodeDriver } from './sqlite-node.ts';

/** Where drivers come from. */
export interface Drivers {
  /** Returns `undefined` when this Node has none. */
  readonly node: () => SqlDriver | undefined;
  /** Throws when the package cannot be loaded. */
  readonly libsql: () => SqlDriver;
}

/**
 * Returns the driver that is wanted, or the first that is there.
 *
 * @throws FlowError - `driver-missing`
 */
export function chooseDriver(wanted: SqlDriver['name'] | undefined, drivers: Drivers = { node: nodeDriver, libsql: libsqlDriver }): SqlDriver {
  const inside = wanted === 'libsql' ? undefined : drivers.node();
  if (inside !== undefined) return inside;
  const missing = `there is no driver for SQLite: Node ${version} has no node:sqlite`;
  if (wanted === 'node:sqlite') throw new FlowError('driver-missing', `${missing}; use Node 22.13 or later, or leave the choice of the driver open`);
  try {
    return drivers.libsql();
  } catch (error) {
    const problem = wanted === undefined ? `${missing}, and the package` : 'there is no driver for SQLite: the package';
    throw new FlowError('driver-missing', `${problem} 'libsql' cannot be loaded; run npm install libsql, or use Node 22.13 or later`, { cause: error });
  }
}
