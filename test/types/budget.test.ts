import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = `${root}test/types/generated.ts`;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
  paths: { millrace: [`${root}src/index.ts`] },
};

/** What the compiler says about a source, and how many types it instantiated for it. */
interface Checked {
  readonly problems: readonly string[];
  readonly instantiations: number;
}

let previous: ts.Program | undefined;

function check(source: string): Checked {
  const host = ts.createCompilerHost(options, true);
  const [fileExists, readFile, getSourceFile] = [host.fileExists.bind(host), host.readFile.bind(host), host.getSourceFile.bind(host)];
  host.fileExists = (path) => path === file || fileExists(path);
  host.readFile = (path) => (path === file ? source : readFile(path));
  host.getSourceFile = (path, version, ...others) => {
    if (path === file) return ts.createSourceFile(path, source, version, true);
    return previous?.getSourceFile(path) ?? getSourceFile(path, version, ...others);
  };
  const program = ts.createProgram([file], options, host);
  previous = program;
  const problems = program.getSemanticDiagnostics(program.getSourceFile(file)).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  return { problems, instantiations: program.getInstantiationCount() };
}

const head = `
import { anyOf, createFlows, failed, optional, settled } from 'millrace';
interface Order { readonly id: string; readonly total: number }
const p = createFlows().registerFlow<Order>('f').process('p');
const s0 = p.customStep((s) => s.input.total, 's0');
`;

/** Composite steps with the value of a number; each reads the one before it inside of its body. */
const composites: readonly ((index: number) => string)[] = [
  (index) => `
const s${index} = p.group((g) => g.customStep((s) => s.result(s${index - 1}) + 1, 'in'), 's${index}').after(s${index - 1});`,
  (index) => `
const s${index} = p.case((s) => s.result(s${index - 1}) > 0, 's${index}',
  (g) => g.customStep((s) => s.result(s${index - 1}), 'a'), (g) => g.customStep(() => ${index}, 'b')).after(s${index - 1});`,
  (index) => `
const s${index} = p.loopUntil((g) => g.customStep((s) => s.result(s${index - 1}), 'in'), 's${index}', (s, value, n) => value > n, { max: 3 }).after(s${index - 1});`,
  (index) => `
const s${index} = p.retry((g) => g.customStep((s) => s.result(s${index - 1}), 'in'), 's${index}', (s, error, n) => n < 3 && error.message !== s.input.id).after(s${index - 1});`,
  (index) => `
const e${index} = p.forEach((s) => [s.result(s${index - 1})], 'e${index}', (each) => each.customStep((s) => s.result(each.item) + s.result(each.index), 'in'),
  { onError: 'collect', key: (item) => item }).after(s${index - 1});
const s${index} = p.customStep((s) => s.results.e${index}.length, 's${index}', e${index});`,
  (index) => `
p.waitFor((s) => s.results.s${index - 1} > 0, 'w${index}', { every: '5s' }, s${index - 1});
const s${index} = p.sleep('1d', 'z${index}').next((s) => s.result(s${index - 1}), 's${index}');`,
];

/** The generated steps: each waits for those before it, by handle, and reads them by ref and by name. */
const shapes: Readonly<Record<string, (index: number) => string>> = {
  'a chain by handles': (index) => `
const s${index} = p.customStep((s) => ({ n: s.result(s${index - 1}), of: s.results.s${index - 1} ? 1 : ${index} }).of, 's${index}', s${index - 1});`,
  'two timings, one of them weak': (index) => `
const s${index} = p.customStep((s) => (s.results.s${index - 1} ?? 0) + (s.results.s${Math.max(0, index - 2)} ?? 0), 's${index}',
  s${index - 1}, settled(s${Math.max(0, index - 2)}));`,
  'next': (index) => `
const s${index} = s${index - 1}.next((s) => s.results.s${index - 1} + 1, 's${index}').stepRetry(3).stepTimeout('30s');`,
  'groups and derived timings': (index) =>
    index % 5 === 0
      ? `
const g${index} = p.parallel({ a${index}: () => ${index}, b${index}: async () => 'b' }).after(s${index - 1});
const s${index} = p.customStep((s) => s.results.a${index} + s.results.b${index}.length + (s.results.s${index - 1} ?? 0), 's${index}',
  g${index}, anyOf(s${index - 1}, g${index}), failed(s${index - 1}), optional(g${index}));`
      : `
const s${index} = p.customStep((s) => s.result(s${index - 1}) ?? 0, 's${index}', settled(s${index - 1}));`,
  'composite steps, each around one step': (index) => composites[index % composites.length]!(index),
};

const empty = check(head).instantiations;

function source(shape: (index: number) => string, steps: number): string {
  return head + Array.from({ length: steps }, (_, index) => shape(index + 1)).join('');
}

describe('the cost of checking a definition', () => {
  test.for(Object.keys(shapes))('%s: at most 500 instantiations per step, and no more at 800 steps than at 100', { timeout: 120_000 }, (name) => {
    const shape = shapes[name]!;
    const perStep = [100, 200, 400, 800].map((steps) => {
      const { problems, instantiations } = check(source(shape, steps));
      expect(problems).toEqual([]);
      return (instantiations - empty) / steps;
    });
    expect(Math.max(...perStep)).toBeLessThanOrEqual(500);
    expect(perStep.at(-1)! / perStep[0]!).toBeLessThanOrEqual(1.3);
  });
});

describe('a sync point of a hundred members', () => {
  const names = Array.from({ length: 100 }, (_, index) => `m${index}`);

  test.for([
    ['a record', `const group = p.parallel({ ${names.map((name, index) => `${name}: () => ${index}`).join(', ')} });`],
    ['tokens', `import { step } from 'millrace';
const group = p.parallel(${names.map((name, index) => `step(() => ${index}, '${name}')`).join(', ')});`],
    ['a chain of tokens', `import { step } from 'millrace';
const group = p.follow(${names.map((name, index) => `step(() => ${index}, '${name}')`).join(', ')});`],
  ] as const)('as %s types all its results', { timeout: 60_000 }, ([, group]) => {
    const reads = names.map((name) => `s.results.${name} satisfies number;`).join('\n');
    const { problems, instantiations } = check(`${head}${group}
p.customStep((s) => {
${reads}
// @ts-expect-error there is no such member
void s.results.m100;
}, 'end', group);
p.customStep((s) => s.results.m99 satisfies number | undefined, 'weak', settled(group));
`);
    expect(problems).toEqual([]);
    expect((instantiations - empty) / names.length).toBeLessThanOrEqual(500);
  });
});

test('a wrong generated source is noticed', () => {
  expect(check(`${head}p.customStep((s) => s.results.s1, 'a', s0);`).problems).toEqual([expect.stringContaining("Property 's1' does not exist") as string]);
});
