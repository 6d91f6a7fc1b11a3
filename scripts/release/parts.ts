/** What one image holds. Paths are from the project root. */
export interface Part {
  /** Programs that are started; all that they import comes along. */
  entries: readonly string[];
  /** Files and folders that are read at run time. */
  files: readonly string[];
}

export type PartName = 'gateway' | 'billing-core' | 'web' | 'demo';

const CORE = 'billing-core/src';

export const PARTS: Readonly<Record<PartName, Part>> = {
  gateway: { entries: ['gateway/src/node/main.ts'], files: [] },
  'billing-core': {
    entries: [
      `${CORE}/main.ts`,
      `${CORE}/migrate.ts`,
      `${CORE}/create-admin.ts`,
      `${CORE}/create-token.ts`,
      `${CORE}/declare-restore.ts`,
      `${CORE}/apply-erasures.ts`,
    ],
    files: ['billing-core/migrations'],
  },
  web: { entries: ['web/server/main.ts'], files: ['web/dist'] },
  /** What a first look needs and an installation does not: an API to sell, and who pays for it. */
  demo: {
    entries: ['scripts/start/upstream.ts', 'scripts/compose/main.ts', 'stripe-sim/src/main.ts'],
    files: [],
  },
};

export const isPart = (name: string): name is PartName => Object.hasOwn(PARTS, name);

/**
 * Packages of which only files are read, by name and never by import: those files, beside
 * package.json and licence. What they depend on is bundled in them, or of no use.
 */
export const READ_ONLY: Readonly<Record<string, readonly string[]>> = {
  '@scalar/api-reference': ['dist/index.js', 'dist/browser/standalone.js'],
  'dejavu-fonts-ttf': ['ttf/DejaVuSans.ttf', 'ttf/DejaVuSans-Bold.ttf'],
  '@fontsource/unifontex': ['files/unifontex-latin-400-normal.woff'],
};
