import { type Finding, isTest, type Source } from './source.ts';

/** Where every figure is an exact decimal or a whole bigint. */
const EXACT = /^billing-core\/src\/rating\//;

/** Anything that could make a float of an amount, in the room that computes amounts. */
export function floatFindings(sources: readonly Source[]): Finding[] {
  return sources
    .filter(({ path }) => EXACT.test(path) && !isTest(path))
    .flatMap(({ path, floats }) =>
      floats.map(({ what, line }) => ({ path, line, problem: `is exact and has no ${what}` })),
    );
}
