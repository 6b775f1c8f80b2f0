import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Returns a file of the repository as text, with the line ends of Unix. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n');
}

/** Returns the files below a folder of the repository, as sorted paths with slashes; none if the folder does not exist. */
export function filesIn(folder: string, extension: string, options: { readonly recursive: boolean }): readonly string[] {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { recursive: options.recursive, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // readdir throws nothing else than a NodeJS.ErrnoException
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** What a finished command left behind. */
export interface Finished {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node with these arguments and waits for its end; resolves whatever the exit code is. */
export function runNode(args: readonly string[], cwd = root, env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return new Promise((settle) => {
    const options = { cwd, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env }, timeout: 60_000, maxBuffer: 2 ** 26 };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr });
    });
  });
}

/** Runs a TypeScript file as `npm start` does, with `millrace` standing for `src`. */
export function runTypeScript(path: string, cwd = root): Promise<Finished> {
  return runNode(['--import', 'tsx', path], cwd, { TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') });
}

/** Returns the lines of the comment block that starts with `// Output:` and ends the source; `undefined` if there is none. */
export function promisedOutput(source: string): string | undefined {
  const lines = source.replaceAll('\r\n', '\n').trimEnd().split('\n');
  const start = lines.lastIndexOf('// Output:');
  if (start === -1 || !lines.slice(start).every((line) => line.startsWith('//'))) return undefined;
  return tidy(
    lines
      .slice(start + 1)
      .map((line) => line.replace(/^\/\/ ?/, ''))
      .join('\n'),
  );
}

/** Takes off what an editor would: spaces at line ends and empty lines at the end. */
export function tidy(output: string): string {
  return output.replaceAll('\r\n', '\n').replace(/[ \t]+$/gm, '').trimEnd();
}

/** Returns the compiler options of the repository's `tsconfig.json`. */
export function compilerOptions(): ts.CompilerOptions {
  const path = join(root, 'tsconfig.json');
  const read = ts.readConfigFile(path, (file) => ts.sys.readFile(file));
  if (read.error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(read.error.messageText, '\n'));
  return ts.parseJsonConfigFileContent(read.config, ts.sys, root, undefined, path).options;
}
