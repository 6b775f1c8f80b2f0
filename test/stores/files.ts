import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for the file of one test. */
export interface Place {
  readonly folder: string;
  readonly file: string;
  readonly remove: () => void;
}

export function newPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-store-'));
  return { folder, file: join(folder, 'runs.db'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
