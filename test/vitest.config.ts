import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export default defineConfig({
  root: file(''),
  resolve: {
    alias: [
      { find: /^millrace$/, replacement: file('src/index.ts') },
      { find: /^millrace\/sqlite$/, replacement: file('src/stores/sqlite.ts') },
      { find: /^millrace\/testing$/, replacement: file('src/testing/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/bench/**'],
    retry: 0,
    testTimeout: 10_000,
    hookTimeout: 10_000,
    allowOnly: false,
  },
});
