// The house rules that a machine can check. Run by `npm run lint`, with the root of the repository as the base of all patterns.
import { resolve } from 'node:path';
import tseslint from 'typescript-eslint';

const relativeWithoutTs = '[source.value=/^\\.{1,2}(\\u002F|$)/]:not([source.value=/\\.(ts|mjs|json)$/])';

const everywhere = [
  {
    selector: `:matches(ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration, ImportExpression)${relativeWithoutTs}`,
    message: 'relative imports end in .ts',
  },
  { selector: ':matches(ExportDefaultDeclaration, ExportSpecifier[exported.name="default"])', message: 'no default exports; export a name' },
  { selector: 'Decorator', message: 'no decorators' },
  {
    selector: ':matches(MethodDefinition, TSMethodSignature, TSAbstractMethodDefinition)[key.name=/^(then|catch|finally)$/]',
    message: 'no method is called then, catch or finally: await would call it',
  },
  { selector: ':matches(PropertyDefinition, MethodDefinition, TSParameterProperty)[accessibility="private"]', message: 'write #name for what is private' },
];

const inSource = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'time comes from the clock' },
  { selector: 'CallExpression[callee.name="Date"]', message: 'time comes from the clock' },
  {
    selector: 'AssignmentExpression[left.type="MemberExpression"] > :matches(ArrowFunctionExpression, FunctionExpression).right',
    message: 'give the function a name first: V8 takes one that is written into a field for long-lived, and all that it reaches stays until a full collection',
  },
];

const ambient = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'performance'];
const time = 'time comes from the clock (law K9); only src/clock.ts may read it';
const outside = 'the library writes nothing and ends no process (law K9); use the logger';

export default tseslint.config(
  { ignores: ['**/node_modules/**', 'test/bench/**', 'dist/**', 'build/**'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'examples/**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: resolve(import.meta.dirname, '..') } },
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 10 }],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-base-to-string': 'off', // messages about wrong input show it with String()
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'error',
      '@typescript-eslint/no-unnecessary-qualifier': 'error',
      '@typescript-eslint/no-unnecessary-template-expression': 'error',
      '@typescript-eslint/no-unused-expressions': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-useless-constructor': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/require-await': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
      eqeqeq: 'error',
      'max-len': ['error', { code: 160, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true }],
      'no-constructor-return': 'error',
      'no-else-return': 'error',
      'no-eval': 'error',
      'no-param-reassign': 'error',
      'no-restricted-syntax': ['error', ...everywhere],
      'no-return-assign': 'error',
      'no-self-compare': 'error',
      'no-tabs': 'error',
      'no-throw-literal': 'off', // only-throw-error knows the types
      'no-trailing-spaces': 'error',
      'no-unneeded-ternary': 'error',
      'no-useless-rename': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-spread': 'off', // flows have a method apply, which is not that of functions
      'comma-dangle': ['error', 'always-multiline'],
      'eol-last': 'error',
      quotes: ['error', 'single', { avoidEscape: true }],
      semi: ['error', 'always'],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...everywhere, ...inSource],
      'no-restricted-globals': ['error', ...ambient.map((name) => ({ name, message: time })), { name: 'process', message: outside }],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: time },
        { object: 'Math', property: 'random', message: 'randomness comes in through an option' },
        ...[...ambient, 'Date', 'Math', 'process', 'console'].map((property) => ({ object: 'globalThis', property, message: `${property} is ambient (law K9)` })),
      ],
    },
  },
  {
    files: ['src/clock.ts', 'src/random.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off', 'no-restricted-syntax': ['error', ...everywhere] },
  },
  {
    files: ['test/vitest.config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere.filter((rule) => !rule.selector.includes('ExportDefault'))] }, // vitest reads the default export
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off', // a wrong one fails the test it stands in
      '@typescript-eslint/require-await': 'off', // steps under test are async to be promises
    },
  },
);
