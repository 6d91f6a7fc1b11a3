import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { COMPILED } from './scripts/test/compiled.ts';
import { LongestFirst } from './scripts/test/order.ts';

const TIDY = 'scripts/tidy.test.ts';
const NOT_OURS = ['**/node_modules/**', '**/dist/**'];
/** They decide, and start nothing: they need neither a Postgres nor a process for each file. */
const PURE = [
  'gateway/src/core/test/**/*.test.ts',
  'billing-core/src/rating/test/**/*.test.ts',
  'scripts/faults/checker/*.test.ts',
  'deploy/terraform/test/*.test.ts',
  'web/src/**/*.test.{ts,tsx}',
  // But for those that start a browser or a process.
  'stripe-sim/test/!(pages|process).test.ts',
];

// For the workers, and for what tests start with our environment.
Object.assign(process.env, COMPILED);

export default defineConfig({
  test: {
    // Tests wait more than they compute: two cores carry four of them.
    maxWorkers: Math.min(8, 2 * availableParallelism()),
    sequence: { sequencer: LongestFirst },
    // Nothing waits for these on purpose: they end what hangs, also on a machine with much to do.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      // Reads the sources only, so it does not wait for a Postgres.
      { extends: true, test: { name: 'tidy', include: [TIDY] } },
      {
        extends: true,
        test: { name: 'pure', include: PURE, exclude: NOT_OURS, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'core',
          include: ['billing-core/**/*.test.ts'],
          exclude: [...NOT_OURS, ...PURE],
          globalSetup: 'scripts/test/global-setup.ts',
          // Each file opens a core of its own, and shares with the others what was imported.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'tollgate',
          include: ['{gateway,web,scripts,stripe-sim,client}/**/*.test.{ts,tsx}'],
          exclude: [...NOT_OURS, TIDY, ...PURE],
          globalSetup: 'scripts/test/global-setup.ts',
          provide: { size: 'guard' },
        },
      },
    ],
  },
});
