// Runs more random definitions than CI does: each crashes anywhere, goes on from its text, is recovered when it failed, and is checked
// against the oracle. Prints the first one that breaks a law, as code, or what was gone through. Not part of CI:
//
//     node test/durable/simulate.mjs [how many] [first seed] [--bodies]
//
// With `--bodies` the definitions have composite steps inside of one another.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const given = process.argv.slice(2);
const [runs = '50000', seed = '1'] = given.filter((one) => !one.startsWith('--'));
const file = given.includes('--bodies') ? 'simulation-of-bodies' : 'simulation';
const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', `test/durable/${file}.test.ts`];
const { status } = spawnSync('npx', args, { cwd: root, stdio: 'inherit', env: { ...process.env, MILLRACE_RUNS: runs, MILLRACE_SEED: seed } });
process.exitCode = status ?? 1;
