import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { filesIn, textOf } from './support.ts';

/** From top to bottom. A file may import its own room, the rooms named here, and nothing else of `src`. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  'index.ts': ['flows.ts', 'stores', 'durable', 'run', 'graph', 'define', 'bottom'],
  'flows.ts': ['durable', 'run', 'graph', 'define', 'bottom'],
  testing: ['durable', 'run', 'graph', 'define', 'bottom'],
  stores: ['durable', 'define', 'bottom'],
  durable: ['run', 'graph', 'define', 'bottom'],
  run: ['graph', 'define', 'bottom'],
  graph: ['define', 'bottom'],
  define: ['bottom'],
  bottom: [],
};

const bottom = ['src/clock.ts', 'src/error-code.ts', 'src/errors.ts', 'src/logger.ts', 'src/random.ts', 'src/shortened.ts'];

/** Type imports that may point upward: none. */
const upward: readonly { readonly room: string; readonly to: string }[] = [];

/** Each package, and the only files that may import values from it. */
const importers: Readonly<Record<string, readonly string[]>> = {
  '@dagrejs/graphlib': ['src/graph/dag.ts'],
  devalue: ['src/durable/json-codec.ts'],
  eventemitter3: ['src/run/events.ts'],
  'fastest-levenshtein': ['src/define/nearest.ts'],
  'markdown-table': ['src/graph/render/table.ts'],
  ms: ['src/define/duration.ts'],
  tinyqueue: ['src/durable/wake-times.ts', 'src/run/kernel/guard.ts', 'src/run/kernel/timers.ts', 'src/stores/due-queue.ts', 'src/testing/timer-queue.ts'],
  'ts-pattern': ['src/graph/resolve.ts'],
};

/** Packages that hold nothing but types; every file may import these. */
const typesOnly = ['@standard-schema/spec', 'vitest'];

/** Packages that are optional, loaded by name and not by an import. */
const loadedLate = ['libsql'];

/** Each module of Node, and the only files that may import it. */
const nodeImporters: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['src/durable/encrypt.ts', 'src/graph/fingerprint.ts', 'src/random.ts'],
  'node:assert/strict': ['claims', 'inbox', 'journal', 'kit', 'lists', 'snapshots', 'upkeep', 'waking'].map((name) => `src/testing/conformance/${name}.ts`),
  'node:module': ['src/stores/sqlite-libsql.ts'],
  'node:process': ['src/stores/sqlite-choice.ts', 'src/stores/sqlite-node.ts', 'src/testing/settle.ts'],
  'node:timers': ['src/testing/settle.ts', 'src/testing/virtual-clock.ts'],
  'node:util': ['src/durable/same-value.ts'],
  'node:zlib': ['src/stores/sqlite-rows.ts'],
};

const longestFile = 300;

interface Import {
  readonly from: string;
  /** A path below the root for files of the project, else what the import says. */
  readonly to: string;
  readonly kind: 'type' | 'value';
}

const files = filesIn('src', '.ts', { recursive: true });
const imports = files.flatMap((from) => importsOf(from, textOf(from)));
const inner = imports.filter(({ to }) => to.startsWith('src/'));
const outer = imports.filter(({ to }) => !to.startsWith('src/'));

function importsOf(from: string, text: string): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isType: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const to = specifier.text.startsWith('.') ? posix.join(posix.dirname(from), specifier.text) : specifier.text;
    found.push({ from, to, kind: isType ? 'type' : 'value' });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, text, ts.ScriptTarget.Latest, true));
  return found;
}

function roomOf(path: string): string {
  return bottom.includes(path) ? 'bottom' : (path.split('/')[1] ?? path);
}

/** Returns the groups of files that import one another, each sorted (Tarjan's strongly connected components). */
function cyclesOf(edges: readonly Import[]): readonly (readonly string[])[] {
  const targets = grouped(edges, ({ from }) => from);
  const order = new Map<string, { readonly index: number; low: number }>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): { readonly index: number; low: number } => {
    const mine = { index: order.size, low: order.size };
    order.set(file, mine);
    stack.push(file);
    for (const { to } of targets.get(file) ?? []) {
      const known = order.get(to);
      if (known === undefined) mine.low = Math.min(mine.low, visit(to).low);
      else if (stack.includes(to)) mine.low = Math.min(mine.low, known.index);
    }
    if (mine.low === mine.index) {
      const group = stack.splice(stack.indexOf(file)).sort();
      if (group.length > 1 || (targets.get(file) ?? []).some(({ to }) => to === file)) cycles.push(group);
    }
    return mine;
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return cycles;
}

/** Returns who imports what, for imports that `wanted` accepts: sorted, without repetition. */
function importersOf(wanted: (one: Import) => boolean): Readonly<Record<string, readonly string[]>> {
  const groups = grouped(outer.filter(wanted), ({ to }) => to);
  return Object.fromEntries([...groups].map(([to, all]) => [to, [...new Set(all.map(({ from }) => from))].sort()]));
}

function grouped(all: readonly Import[], key: (one: Import) => string): ReadonlyMap<string, readonly Import[]> {
  const groups = new Map<string, Import[]>();
  for (const one of all) {
    const group = groups.get(key(one));
    if (group === undefined) groups.set(key(one), [one]);
    else group.push(one);
  }
  return groups;
}

function isNode(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

test('the source has files, and every relative import names one of them', () => {
  expect(files).toContain('src/index.ts');
  expect(inner.filter(({ to }) => !files.includes(to))).toEqual([]);
});

test('no file imports itself through others, neither values nor types', () => {
  expect(cyclesOf(inner)).toEqual([]);
});

test('every file is in a room, and imports point downward', () => {
  const isDownward = ({ from, to, kind }: Import): boolean =>
    roomOf(from) === roomOf(to) ||
    (rooms[roomOf(from)] ?? []).includes(roomOf(to)) ||
    (kind === 'type' && upward.some((exception) => exception.room === roomOf(from) && exception.to === to));
  expect(files.filter((file) => !Object.hasOwn(rooms, roomOf(file)))).toEqual([]);
  expect(inner.filter((one) => !isDownward(one))).toEqual([]);
});

test('each package is imported by the files that are named here, and by no other', () => {
  type Declared = Readonly<Record<'dependencies' | 'peerDependencies', Readonly<Record<string, string>>>>;
  const { dependencies, peerDependencies } = JSON.parse(textOf('package.json')) as Declared; // our own file
  expect(importersOf(({ to, kind }) => !isNode(to) && (kind === 'value' || !typesOnly.includes(to)))).toEqual(importers);
  expect([...Object.keys(importers), ...typesOnly, ...loadedLate].sort()).toEqual(Object.keys({ ...dependencies, ...peerDependencies }).sort());
});

test('modules of Node are imported by the files that are named here, and by no other', () => {
  expect(importersOf(({ to }) => isNode(to))).toEqual(nodeImporters);
});

test(`no file of the source has more than ${longestFile} lines`, () => {
  const lengths = files.map((path) => ({ path, lines: textOf(path).trimEnd().split('\n').length }));
  expect(lengths.filter(({ lines }) => lines > longestFile)).toEqual([]);
});
