// Breaks the source in one place after the other, in a copy, and says which of these mutants the tests notice.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Runs tests once for each mutant, and exits with 1 if one was missed. With `MUTANTS=check` in the environment nothing is run: it is
 * only looked whether every mutant still has its place in the source.
 *
 * @param {object} options
 * @param {readonly (readonly string[])[]} options.mutants what is broken, the file below `folder` without `.ts`, then texts and what takes their place, in pairs
 * @param {string} options.only words of the names of those that are run; empty for all
 * @param {string} options.folder where the files are: `src/durable`
 * @param {readonly string[]} options.tests the folders of tests that are copied
 * @param {readonly string[]} options.args what vitest runs, and how
 * @param {Readonly<Record<string, string>>} [options.env] what the tests get besides
 * @param {RegExp} options.failure finds in the output how a mutant was noticed: its first group
 */
export function tryMutants({ mutants, only, folder, tests, args, env = {}, failure }) {
  const wanted = mutants.filter(([name]) => name.includes(only));
  const texts = new Map(wanted.map(([, file]) => [file, readFileSync(join(root, folder, `${file}.ts`), 'utf8')]));
  const broken = wanted.map((mutant) => ({ what: mutant[0], file: mutant[1], text: mutated(texts, mutant) }));
  if (process.env.MUTANTS === 'check') return;
  const copy = mkdtempSync(join(tmpdir(), 'millrace-mutants-'));
  try {
    for (const part of ['src', ...tests, 'test/vitest.config.ts', 'package.json', 'tsconfig.json']) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const before = noticed(copy, args, env, failure);
    if (before !== undefined) throw new Error(`the tests fail before anything is broken: ${before}`);
    const missed = broken.filter(({ what, file, text }) => {
      const path = join(copy, folder, `${file}.ts`);
      writeFileSync(path, text);
      const how = noticed(copy, args, env, failure);
      writeFileSync(path, texts.get(file));
      console.log(how === undefined ? `MISSED   ${what}` : `noticed  ${what}\n         ${how}`);
      return how === undefined;
    });
    console.log(missed.length === 0 ? 'every mutant was noticed' : `${missed.length} mutants were missed`);
    process.exitCode = missed.length === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** The text of a file with a mutant in it; throws when the code has changed and the mutant has not. */
function mutated(texts, [what, file, ...changes]) {
  let text = texts.get(file);
  for (let at = 0; at < changes.length; at += 2) {
    if (!text.includes(changes[at])) throw new Error(`${file}.ts does not say '${changes[at]}' any more; adapt the mutant '${what}'`);
    text = text.replace(changes[at], () => changes[at + 1]);
  }
  return text;
}

/** How the tests fail; `undefined` when they pass. */
function noticed(copy, args, env, failure) {
  const { status, stdout, stderr } = spawnSync('npx', ['vitest', 'run', '--config', 'test/vitest.config.ts', ...args], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, ...env, NO_COLOR: '1' },
  });
  if (status === 0) return undefined;
  const [, how] = failure.exec(stdout + stderr) ?? [];
  if (how === undefined) throw new Error(`the tests do not say what failed\n${stdout}${stderr}`);
  return how.slice(0, 140);
}
