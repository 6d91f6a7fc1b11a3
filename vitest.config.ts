import { defineConfig } from 'vitest/config';

const TIDY = 'scripts/tidy.test.ts';
const NOT_OURS = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      // Reads the sources only, so it does not wait for a Postgres.
      { extends: true, test: { name: 'tidy', include: [TIDY] } },
      {
        extends: true,
        test: {
          name: 'tollgate',
          include: ['{gateway,billing-core,web,scripts}/**/*.test.{ts,tsx}'],
          exclude: [...NOT_OURS, TIDY],
          globalSetup: 'scripts/test/global-setup.ts',
          provide: { size: 'guard' },
        },
      },
    ],
  },
});
