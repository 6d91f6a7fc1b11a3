import type { Locator } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { framePages, page, stage } from './frame.ts';
import { ADMIN, complaintsOf } from './stage.ts';

/** The price editor: every kind can be written, and says what it costs while it is typed. */

framePages(ADMIN);

const planOf = (slug: string) => stage.state.plans.find((one) => one.slug === slug);

/** A new version of a plan without prices, with one price. */
async function startPrice(model: string): Promise<Locator> {
  // A new version begins from the newest one, so those of other tests have to go.
  planOf('free')?.versions.splice(1);
  await page.goto(paths.adminPlanNewVersion(planOf('free')?.id ?? ''));
  await page.getByRole('button', { name: 'Add price' }).click();
  await page.getByLabel('Model').selectOption(model);
  return page.getByRole('group', { name: 'Price 1' });
}

const fill = async (where: Locator, fields: Record<string, string>): Promise<void> => {
  for (const [label, value] of Object.entries(fields)) {
    await where.getByLabel(label, { exact: true }).fill(value);
  }
};

/** Saves; @returns the price as it was sent, without its id. */
async function saved(): Promise<object> {
  const count = planOf('free')?.versions.length ?? 0;
  await page.getByRole('button', { name: 'Save draft' }).click();
  await vi.waitFor(() => expect(planOf('free')?.versions.length).toBe(count + 1));
  const { id: _, ...price } = planOf('free')?.versions.at(-1)?.prices[0] ?? { id: '' };
  return price;
}

const USAGE = {
  meter_id: 'mtr_requests',
  included_units: '0',
  minimum_amount: null,
  maximum_amount: null,
  discount_percent: '0',
};
const EVENTS = {
  fixed_amount: '0',
  free_events: 0,
  free_amount: '0',
  event_minimum: null,
  event_maximum: null,
  quantity_in: 'major',
};
type Tier = Record<string, string>;
type Kind = [
  model: string,
  typed: { fields?: Record<string, string>; tiers?: Tier[]; used?: string },
  costs: string,
  sent: object,
];

const KINDS: Kind[] = [
  [
    'flat',
    { fields: { 'Amount in USD': '29' } },
    '$29.00 USD',
    { amount: '2900', billed: 'in_advance' },
  ],
  [
    'per_unit',
    { fields: { 'Amount in USD': '0.002', 'Included units': '100000' }, used: '120,431' },
    '$40.86 USD',
    { ...USAGE, included_units: '100000', unit_amount: '0.2' },
  ],
  [
    'graduated',
    {
      tiers: [{ 'Up to': '1000', 'Unit in USD': '0.01' }, { 'Unit in USD': '0.005' }],
      used: '1500',
    },
    '$12.50 USD',
    {
      ...USAGE,
      tiers: [
        { up_to: '1000', unit_amount: '1', flat_amount: '0' },
        { up_to: null, unit_amount: '0.5', flat_amount: '0' },
      ],
      zero_usage_flat: 'due',
    },
  ],
  [
    'volume',
    {
      tiers: [
        { 'Up to': '1000', 'Unit in USD': '0.01', 'Flat fee in USD': '5' },
        { 'Unit in USD': '0.005' },
      ],
      used: '1500',
    },
    '$7.50 USD',
    {
      ...USAGE,
      tiers: [
        { up_to: '1000', unit_amount: '1', flat_amount: '500' },
        { up_to: null, unit_amount: '0.5', flat_amount: '0' },
      ],
      zero_usage_flat: 'due',
    },
  ],
  [
    'package',
    { fields: { 'Amount a package, in USD': '5', 'Units in a package': '100' }, used: '201' },
    '$15.00 USD',
    { ...USAGE, package_size: '100', package_amount: '500', package_rounding: 'up' },
  ],
  [
    'graduated_package',
    {
      tiers: [
        { 'Up to': '150', 'Units in a package': '100', 'Package in USD': '5' },
        { 'Units in a package': '10', 'Package in USD': '0.2' },
      ],
      used: '161',
    },
    '$10.40 USD',
    {
      ...USAGE,
      package_rounding: 'up',
      tiers: [
        { up_to: '150', package_size: '100', package_amount: '500', flat_amount: '0' },
        { up_to: null, package_size: '10', package_amount: '20', flat_amount: '0' },
      ],
      zero_usage_flat: 'due',
    },
  ],
  [
    'percentage',
    { fields: { Percent: '2.9' }, used: '100, 2 x 50' },
    '$5.80 USD',
    { ...USAGE, ...EVENTS, rate: '2.9' },
  ],
  [
    'graduated_percentage',
    { tiers: [{ 'Up to': '1000', Percent: '1' }, { Percent: '2' }], used: '900, 200' },
    '$12.00 USD',
    {
      ...USAGE,
      ...EVENTS,
      tiers: [
        { up_to: '1000', rate: '1', flat_amount: '0' },
        { up_to: null, rate: '2', flat_amount: '0' },
      ],
      zero_usage_flat: 'due',
    },
  ],
];

describe.each(KINDS)(
  'a price of kind %s',
  (model, { fields = {}, tiers = [], used }, costs, sent) => {
    test('is typed, says what it costs, and is sent as it was typed', async () => {
      const complaints = complaintsOf(page);
      const price = await startPrice(model);
      await fill(price, fields);
      for (const [at, tier] of tiers.entries()) {
        if (at > 0) await price.getByRole('button', { name: 'Add tier' }).click();
        const { 'Up to': end, ...rest } = tier;
        await fill(price.getByRole('group', { name: `Tier ${at + 1}` }), rest);
        // The end of a tier is asked for once another follows it.
        const before = tiers[at - 1]?.['Up to'];
        if (before !== undefined) {
          await fill(price.getByRole('group', { name: `Tier ${at}` }), { 'Up to': before });
        }
        expect(end === undefined).toBe(at === tiers.length - 1);
      }
      if (used !== undefined) {
        await price.getByLabel(/^(Units used|Amounts of events)$/).fill(used);
      }
      await price.getByRole('status').getByText(costs, { exact: true }).first().waitFor();
      expect(await saved()).toEqual({ meter_id: null, model, ...sent });
      expect(complaints).toEqual([]);
    });
  },
);

test('fees, limits, discount and days are taken into account at once', async () => {
  const price = await startPrice('percentage');
  await fill(price, { Percent: '2.9' });
  await price.getByText('Each event: fee, free, limits').click();
  await fill(price, { 'Fee in USD': '0.30', 'Free events': '1', 'At most, in USD': '3' });
  await price.getByText('Discount, minimum, maximum').click();
  await fill(price, { 'Discount, percent': '10', 'Minimum in USD': '62' });
  await price.getByLabel('Amounts of events').fill('100, 100, 50');
  const answer = price.getByRole('status');
  await answer.getByText('$62.00 USD', { exact: true }).first().waitFor();
  await price.getByText('Part of a period', { exact: true }).click();
  await fill(price, { 'Active days': '1', 'of days': '31' });
  await answer.getByText('$4.28 USD', { exact: true }).first().waitFor();
  await answer.getByText('$0.475 (10% discount)', { exact: true }).first().waitFor();
  await fill(price, { 'Billed before': '4' });
  await answer.getByText('$0.28 USD', { exact: true }).first().waitFor();
  expect(await answer.getByText('$4.00 billed already').count()).toBeGreaterThan(0);
});

test('what the API would refuse is said while it is typed, and when it is saved', async () => {
  const price = await startPrice('graduated');
  await price.getByRole('button', { name: 'Add tier' }).click();
  await price.getByRole('button', { name: 'Add tier' }).click();
  for (const at of [1, 2, 3]) {
    await fill(price.getByRole('group', { name: `Tier ${at}` }), { 'Unit in USD': '1' });
  }
  await fill(price.getByRole('group', { name: 'Tier 1' }), { 'Up to': '20' });
  await fill(price.getByRole('group', { name: 'Tier 2' }), { 'Up to': '10' });
  await price.getByLabel('Units used').fill('5');
  await price.getByText('Tier 2, up to is not above the tier before.').waitFor();
  await fill(price.getByRole('group', { name: 'Tier 2' }), { 'Up to': '' });
  await page.getByRole('button', { name: 'Save draft' }).click();
  await price.getByText('Enter where it ends').waitFor();
  expect(planOf('free')?.versions.length).toBe(1);
});

test('the keyboard writes tiers, and Enter in the calculator saves nothing', async () => {
  const price = await startPrice('graduated');
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await price.getByRole('button', { name: 'Add tier' }).focus();
  await press('Enter');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('name'));
  await expect.poll(focused).toBe('prices.0.tiers.0.up_to');
  await page.keyboard.type('10');
  await press('Tab');
  await page.keyboard.type('1');
  // Past the flat fee and the bin of tier 1, to tier 2.
  await press('Tab', 'Tab', 'Tab');
  await page.keyboard.type('0.5');
  await press('Tab', 'Tab', 'Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Add tier');
  const used = price.getByLabel('Units used');
  await used.focus();
  await page.keyboard.type('12');
  await press('Enter');
  await price.getByRole('status').getByText('$11.00 USD', { exact: true }).first().waitFor();
  expect(planOf('free')?.versions.length).toBe(1);
  expect(await price.isVisible()).toBe(true);
  await price.getByRole('button', { name: 'Remove tier 1' }).focus();
  await press('Enter');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent))
    .toBe('Add tier');
  await price.getByRole('status').getByText('$6.00 USD', { exact: true }).first().waitFor();
});

test('a draft opens with its tiers, and what is set in a fold is not hidden', async () => {
  const plan = planOf('tiered');
  await page.goto(paths.adminPlanVersion(plan?.id ?? '', plan?.versions[0]?.id ?? ''));
  const [first, second] = [1, 2].map((n) => page.getByRole('group', { name: `Price ${n}` }));
  await first!.waitFor();
  expect(await first!.getByLabel('Up to', { exact: true }).count()).toBe(2);
  expect(await first!.getByLabel('Minimum in USD').inputValue()).toBe('5');
  expect(await second!.getByLabel('Fee in USD').isVisible()).toBe(true);
  expect(await page.getByLabel('Proration').inputValue()).toBe('day');
  await page.getByText(/Reads: 1,000 included, then .* up to 10,000, then /).waitFor();
});
