import { tryMutants } from '../mutation.mjs';

/**
 * Tries mutants of durable runs: one whole suite of files for each.
 *
 * @param {readonly (readonly string[])[]} mutants see `tryMutants`, below `src/durable`
 * @param {readonly string[]} files the tests here that are to notice them, without `.test.ts`
 * @param {Readonly<Record<string, string>>} [env] what the tests get besides
 */
export function tryDurableMutants(mutants, files, env) {
  tryMutants({
    mutants,
    only: process.argv[2] ?? '',
    folder: 'src/durable',
    tests: ['test/durable', 'test/kernel', 'test/project', 'test/run', 'test/stores'],
    args: ['--no-file-parallelism', '--no-isolate', '--bail', '1', '--testTimeout', '60000', ...files.map((name) => `test/durable/${name}.test.ts`)],
    env,
    failure: /FAIL {2}([^\n]*)\n/,
  });
}
