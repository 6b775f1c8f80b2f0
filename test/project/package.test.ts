import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Finished, root, runNode, textOf } from './support.ts';

/** The entries of the package, and the names that each exports at run time. */
const exported = {
  millrace: [
    'AmbiguousKeyError',
    'AmbiguousStepError',
    'CallbackError',
    'CorruptJournalError',
    'CrashedError',
    'DecodeError',
    'EncodeError',
    'FlowDefinitionError',
    'FlowError',
    'HandedBackError',
    'IncompatibleDefinitionError',
    'InputError',
    'InvalidOptionError',
    'LONGEST_TIMER_MS',
    'LoopLimitError',
    'LostOwnershipError',
    'MigrationError',
    'MissingResultError',
    'NonErrorThrown',
    'NonRetriableError',
    'NotVisibleError',
    'RecordedError',
    'ResourceError',
    'RetryAfterError',
    'RunError',
    'RunExistsError',
    'SignalError',
    'StalledError',
    'StoppedError',
    'StoreError',
    'TimeoutError',
    'UnknownFormatError',
    'UnknownSignalError',
    'UnknownStepError',
    'anyOf',
    'createFlows',
    'defineResource',
    'encrypt',
    'failed',
    'flow',
    'jsonCodec',
    'key',
    'memoryStore',
    'optional',
    'redacted',
    'registeredClass',
    'settled',
    'silentLogger',
    'step',
    'systemClock',
  ],
  'millrace/sqlite': ['sqliteStore'],
  'millrace/testing': ['HandStepError', 'drawTimeline', 'handStep', 'orderMatchers', 'settle', 'storeConformance', 'virtualClock'],
};

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

const manifest = JSON.parse(textOf('package.json')) as Manifest; // our own file
const patient = { timeout: 120_000 };

let folder: string;
let consumer: string;
let tarball: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-package-'));
  consumer = join(folder, 'consumer');
  const staging = join(folder, 'staging');
  mkdirSync(staging);
  for (const file of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE']) copyFileSync(join(root, file), join(staging, file));
  cpSync(join(root, 'src'), join(staging, 'src'), { recursive: true }); // what must not be packed
  await succeeded(tool('typescript/bin/tsc', '-p', 'src', '--outDir', join(staging, 'dist')));
  await npm(staging, 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
  tarball = join(folder, readdirSync(folder).find((file) => file.endsWith('.tgz'))!);
  await install();
}, patient.timeout);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Unpacks the package into a project that has its declared dependencies and nothing else. */
async function install(): Promise<void> {
  const target = join(consumer, 'node_modules', 'millrace');
  mkdirSync(target, { recursive: true });
  await promisify(execFile)('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(consumer, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link, 'junction');
  }
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
}

/** Runs a script of a development dependency. */
function tool(script: string, ...args: readonly string[]): Promise<Finished> {
  return runNode([join(root, 'node_modules', script), ...args]);
}

async function npm(cwd: string, ...args: readonly string[]): Promise<void> {
  const cli = process.env['npm_execpath'];
  if (cli !== undefined) await succeeded(runNode([cli, ...args], cwd));
  else await promisify(execFile)('npm', args, { cwd, shell: process.platform === 'win32' });
}

async function succeeded(running: Promise<Finished>): Promise<string> {
  const { code, stdout, stderr } = await running;
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

test('publint has nothing to say about the package', patient, async () => {
  expect(await succeeded(tool('publint/src/cli.js', tarball, '--strict'))).toContain('All good!');
});

test('every entry has types for all who import it as a module', patient, async () => {
  await succeeded(tool('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii'));
});

test('the package holds what it needs and nothing else', () => {
  const files = readdirSync(join(consumer, 'node_modules', 'millrace'), { recursive: true, encoding: 'utf8' });
  const others = files.map((file) => file.replaceAll('\\', '/')).filter((file) => !/^dist\/.+\.(js|d\.ts)$/.test(file));
  const folders = new Set(files.map((file) => dirname(file).replaceAll('\\', '/')));
  expect(others.filter((file) => !folders.has(file)).sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
});

test('the list of entries is that of package.json', () => {
  const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');
  expect(entries.map((entry) => entry.replace('.', 'millrace')).sort()).toEqual(Object.keys(exported).sort());
});

test.for(Object.entries(exported))('%s exports these names', patient, async ([entry, names]) => {
  const script = `console.log(JSON.stringify(Object.keys(await import('${entry}')).sort()))`;
  const printed = await succeeded(runNode(['--input-type=module', '--eval', script], consumer));
  expect(JSON.parse(printed)).toEqual(names);
});

test('the declarations compile for a user who checks those of libraries too', patient, async () => {
  const options = { target: 'ES2023', lib: ['ES2023', 'ESNext.Disposable'], module: 'NodeNext', strict: true, exactOptionalPropertyTypes: true, noEmit: true };
  const typeRoots = [join(root, 'node_modules', '@types')];
  const compilerOptions = { ...options, skipLibCheck: false, types: ['node'], typeRoots };
  writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['user.ts'] }));
  writeFileSync(join(consumer, 'user.ts'), Object.keys(exported).map((entry, index) => `export * as entry${index} from '${entry}';\n`).join(''));
  await succeeded(tool('typescript/bin/tsc', '-p', consumer));
});
