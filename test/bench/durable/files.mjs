import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Calls `work` with paths of files that do not exist yet, and removes them afterwards. */
export async function withFiles(work) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  let count = 0;
  try {
    return await work(() => join(folder, `${count++}.db`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
