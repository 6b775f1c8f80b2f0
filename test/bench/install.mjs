import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Whether the packages of the peers are there. */
export function hasPeers() {
  return existsSync(new URL('node_modules/.package-lock.json', import.meta.url));
}

/** Installs the packages of the peers into `test/bench/node_modules`. */
export function installPeers() {
  process.stderr.write('test/bench has no node_modules: npm ci there (about 300 MB, once)\n');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}
