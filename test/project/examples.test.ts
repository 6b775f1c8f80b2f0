import { expect, test } from 'vitest';
import { filesIn, promisedOutput, runTypeScript, textOf, tidy } from './support.ts';

const examples = filesIn('examples', '.ts', { recursive: false });

test('there are examples', () => {
  expect(examples).not.toEqual([]);
});

test.for(examples)('%s prints what its last comment says', { timeout: 60_000 }, async (path) => {
  const promised = promisedOutput(textOf(path));
  expect(promised, `${path} must end with a comment block that starts with "// Output:"`).toBeTypeOf('string');
  const { code, stdout, stderr } = await runTypeScript(path);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(tidy(stdout)).toBe(promised);
});
