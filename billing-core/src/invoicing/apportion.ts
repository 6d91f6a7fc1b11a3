import { exact, sum, type Exact } from '../rating/decimal.ts';

const DOWNWARDS = 3; // decimal.js: ROUND_FLOOR

type Part = { at: number; floor: bigint; rest: Exact };

/**
 * Whole parts that sum to the total exactly, each less than 1 from its exact part: every part is
 * rounded down, and what is missing goes to the largest rests, the first of equal ones first.
 * @param parts sum to the total, or to what the total was rounded from.
 */
export function apportioned(total: bigint, parts: readonly Exact[]): bigint[] {
  const cut: Part[] = parts.map((part, at) => {
    const floor = BigInt(part.toFixed(0, DOWNWARDS));
    return { at, floor, rest: part.minus(exact(floor)) };
  });
  const missing = total - cut.reduce((all, { floor }) => all + floor, 0n);
  if (missing < 0n || missing > BigInt(parts.length)) {
    throw new RangeError(`${total} is not what the parts sum to`);
  }
  const byRest = cut.toSorted((a, b) => b.rest.comparedTo(a.rest) || a.at - b.at);
  const raised = new Set(byRest.slice(0, Number(missing)).map(({ at }) => at));
  return cut.map(({ at, floor }) => (raised.has(at) ? floor + 1n : floor));
}

/** Shares of a total by weight, none of them below zero. Without any weight nothing is shared. */
export function sharedOut(total: bigint, weights: readonly bigint[]): bigint[] {
  const all = sum(weights.map(exact));
  if (all.isZero()) return weights.map(() => 0n);
  return apportioned(
    total,
    weights.map((weight) => exact(total).times(exact(weight)).dividedBy(all)),
  );
}
