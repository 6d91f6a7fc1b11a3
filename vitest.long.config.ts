import { defineConfig } from 'vitest/config';

// The guarantees at full size: one file at a time, so that nothing but the test loads the machine.
export default defineConfig({
  test: {
    name: 'long',
    include: [
      'scripts/faults/*.test.ts',
      'scripts/topology/test/roll.test.ts',
      'web/test/pages.test.ts',
    ],
    globalSetup: 'scripts/test/global-setup.ts',
    provide: { size: 'full' },
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
  },
});
