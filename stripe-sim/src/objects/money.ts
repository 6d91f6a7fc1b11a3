/** A decimal as whole digits and how many of them stand behind the point. */
interface Exact {
  digits: bigint;
  places: number;
}

const HUNDRED_PLACES = 2;

function exact(text: string): Exact {
  const [whole = '0', part = ''] = text.split('.');
  return { digits: BigInt(whole + part), places: part.length };
}

function rounded({ digits, places }: Exact): number {
  const unit = 10n ** BigInt(places);
  const size = digits < 0n ? -digits : digits;
  const half = (size * 2n + unit) / (unit * 2n);
  return Number(digits < 0n ? -half : half);
}

/** Out: quantity × unit price in minor units, rounded half away from zero. */
export function amountOf(unitAmount: string, quantity: string): number {
  const [price, count] = [exact(unitAmount), exact(quantity)];
  return rounded({ digits: price.digits * count.digits, places: price.places + count.places });
}

/** Out: so many percent of an amount in minor units, rounded half away from zero. */
export function percentOf(amount: number, percentage: number): number {
  const rate = exact(String(percentage));
  const digits = BigInt(amount) * rate.digits;
  return rounded({ digits, places: rate.places + HUNDRED_PLACES });
}

/** Out: the tax inside an amount that includes it, in minor units. */
export function taxWithin(amount: number, percentage: number): number {
  const rate = exact(String(percentage));
  const hundred = 100n * 10n ** BigInt(rate.places);
  const [top, bottom] = [BigInt(amount) * rate.digits * 2n, hundred + rate.digits];
  const size = top < 0n ? -top : top;
  const half = (size + bottom) / (bottom * 2n);
  return Number(top < 0n ? -half : half);
}

/** Out: an amount in parts by weight; the last with a weight takes what rounding left. */
export function shared(amount: number, weights: readonly number[]): number[] {
  const whole = sum(weights);
  if (whole === 0) return weights.map(() => 0);
  const parts = weights.map((weight) => Number((BigInt(amount) * BigInt(weight)) / BigInt(whole)));
  const last = weights.findLastIndex((weight) => weight !== 0);
  parts[last] = (parts[last] ?? 0) + amount - sum(parts);
  return parts;
}

export const sum = (amounts: Iterable<number>): number => {
  let total = 0;
  for (const amount of amounts) total += amount;
  return total;
};

/** What Stripe charges at least, in minor units. https://docs.stripe.com/currencies */
export const smallestCharge = (currency: string): number => SMALLEST[currency] ?? 50;

const SMALLEST: Record<string, number> = {
  aed: 200,
  czk: 1500,
  dkk: 250,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  pln: 200,
  ron: 200,
  sek: 300,
  thb: 1000,
};
