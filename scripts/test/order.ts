import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Those that wait stand beside those that compute, and no long one is left for the end.
const LONG = [
  'web/test/pages',
  'scripts/faults/quota',
  'gateway/test/conformance/faults',
  'gateway/test/conformance/idle',
  'scripts/start/test/start',
  'gateway/test/conformance/limits',
  'scripts/faults/disk',
  'gateway/test/conformance/lasting',
  'gateway/test/cores/',
  'web/test/portal',
  'gateway/test/conformance/',
  'scripts/faults/',
  'web/test/',
  'gateway/test/',
  'gateway/src/node/',
  'scripts/',
];

/** Runs files of these rooms first, in this order; then the others as usual. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = LONG.findIndex((room) => moduleId.includes(room));
  return at === -1 ? LONG.length : at;
}
