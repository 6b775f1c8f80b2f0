// Runs more random definitions than CI does: each crashes anywhere, goes on from its text, is recovered when it failed, and is checked
// against the oracle. Prints the first one that breaks a law, as code, or what was gone through. Not part of CI:
//
//     node test/durable/simulate.mjs [how many] [first seed]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [runs = '50000', seed = '1'] = process.argv.slice(2);
const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', 'test/durable/simulation.test.ts'];
const { status } = spawnSync('npx', args, { cwd: root, stdio: 'inherit', env: { ...process.env, MILLRACE_RUNS: runs, MILLRACE_SEED: seed } });
process.exitCode = status ?? 1;
