import { expect, test } from 'vitest';
import { rate } from '../rate.ts';
import { flatPrice } from './prices.ts';

const MONTH_MINUTES = 44_640n;

test.each([
  ['2900', MONTH_MINUTES - 1n, '$29.00 for 99.998% of the period = $28.99935…, rounded to $29.00'],
  ['2900', 1n, '$29.00 for 0.002% of the period = $0.000649…, rounded to $0.00'],
  ['3000', MONTH_MINUTES / 3n, '$30.00 for 33.33% of the period = $10.00'],
  ['2900', MONTH_MINUTES, '$29.00'],
])('of a fee of %s, %s minutes of a month read as what they are', (amount, active, said) => {
  const share = { active, period: MONTH_MINUTES, unit: 'second' as const };
  const { description } = rate(flatPrice(amount), { each: [] }, { currency: 'USD', share });
  expect(description).toBe(`Flat fee: ${said}`);
});
