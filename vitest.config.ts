import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{gateway,billing-core,web,scripts}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: 'scripts/test/global-setup.ts',
    maxWorkers: 2,
    testTimeout: 15_000,
    hookTimeout: 60_000,
  },
});
