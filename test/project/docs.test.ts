import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilerOptions, filesIn, promisedOutput, root, runTypeScript, textOf, tidy } from './support.ts';

/** One fenced block of a document. */
interface Fence {
  /** The document and the line of the opening fence. */
  readonly at: string;
  readonly document: string;
  /** The line of the document that the first line of the code stands on, from 0. */
  readonly line: number;
  /** What follows the backticks of the opening fence. */
  readonly info: string;
  readonly code: string;
}

const documents = ['README.md', ...filesIn('docs', '.md', { recursive: true })];
const fences = documents.flatMap(fencesOf);
const modules = fences.filter(({ info }) => info === 'ts');
const programs = modules.flatMap((fence) => {
  const promised = promisedOutput(fence.code);
  return promised === undefined ? [] : [{ ...fence, promised }];
});
const folder = join(root, 'build', 'fences');

function fencesOf(document: string): readonly Fence[] {
  const lines = textOf(document).split('\n');
  const found: Fence[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, indent = '', ticks, info = ''] = /^( *)(`{3,}|~{3,})(.*)$/.exec(lines[index]!) ?? [];
    if (ticks === undefined) continue;
    const end = lines.findIndex((text, at) => at > index && text.trim() === ticks);
    if (end === -1) throw new Error(`${document}:${index + 1}: the fence has no end`);
    const code = lines.slice(index + 1, end).map((text) => (text.startsWith(indent) ? text.slice(indent.length) : text));
    found.push({ at: `${document}:${index + 1}`, document, line: index + 1, info: info.trim(), code: `${code.join('\n')}\n` });
    index = end;
  }
  return found;
}

/** Compiles all fences as one program, each as a module of its own beside its document; returns the problems by fence. */
function problemsByFence(): ReadonlyMap<string, readonly string[]> {
  const paths = new Map(modules.map((fence) => [ts.sys.resolvePath(join(root, `${fence.document}.${fence.line}.ts`)), fence]));
  const options: ts.CompilerOptions = {
    ...compilerOptions(),
    noEmit: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
    noUnusedLocals: false, // a fence shows how a name is made, not all that is done with it
    noUnusedParameters: false,
  };
  const host = ts.createCompilerHost(options);
  host.fileExists = (path) => paths.has(ts.sys.resolvePath(path)) || ts.sys.fileExists(path);
  host.readFile = (path) => paths.get(ts.sys.resolvePath(path))?.code ?? ts.sys.readFile(path);
  host.getSourceFile = (path, version) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, version);
  };
  const program = ts.createProgram({ rootNames: [...paths.keys()], options, host });
  const global = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  if (global.length > 0) throw new Error(ts.formatDiagnostics(global, { ...host, getCurrentDirectory: () => root }));
  return new Map(
    [...paths].map(([path, fence]) => {
      const file = program.getSourceFile(path);
      const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return [fence.at, diagnostics.map((diagnostic) => problemOf(fence, diagnostic))];
    }),
  );
}

function problemOf(fence: Fence, { file, start = 0, messageText }: ts.Diagnostic): string {
  const line = fence.line + 1 + (file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line);
  return `${fence.document}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}

let problems: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  problems = problemsByFence();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the README shows code', () => {
  expect(modules.filter(({ document }) => document === 'README.md')).not.toEqual([]);
});

/** Returns the links of a document to places in the repository that do not exist. */
function brokenLinks(document: string): readonly string[] {
  const links = [...textOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = '', heading] = link.split('#');
    const target = path === '' ? document : posix.join(posix.dirname(document), path);
    return !existsSync(join(root, target)) || (heading !== undefined && !anchorsOf(target).includes(heading));
  });
}

/** Returns the anchors of the headings of a document, as GitHub makes them. */
function anchorsOf(document: string): readonly string[] {
  return [...textOf(document).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(/[^\p{L}\p{N}\- _]/gu, '').replaceAll(' ', '-'));
}

test('links between documents lead to files and headings that exist', () => {
  expect(documents.flatMap((document) => brokenLinks(document).map((link) => `${document}: ${link}`))).toEqual([]);
});

test('code in documents is marked as ts, so that it is compiled', () => {
  const allowed = ['ts', 'sh', 'text', 'json', 'mermaid', 'dot', 'md', 'sql', 'yaml'];
  expect(fences.filter(({ info }) => !allowed.includes(info)).map(({ at, info }) => `${at}: ${info}`)).toEqual([]);
});

test('a comment that promises output ends its code, so that the code is run', () => {
  const promising = modules.filter(({ code }) => /^\s*\/\/ *output:?/im.test(code));
  expect(promising.map(({ at }) => at)).toEqual(programs.map(({ at }) => at));
});

test.for(modules)('the code at $at compiles', ({ at }) => {
  expect(problems.get(at)).toEqual([]);
});

test.for(programs)('the code at $at prints what its last comment says', { timeout: 60_000 }, async ({ document, line, code, promised }) => {
  const path = join(folder, `${document.replaceAll(/\W/g, '-')}-${line}.ts`);
  writeFileSync(path, code);
  const { code: exit, stdout, stderr } = await runTypeScript(path, folder);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  expect(tidy(stdout)).toBe(promised);
});
