import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { nameOf, raiseVisitors, type Visit, VISITS, type Visitors } from './visits.ts';

/** Somebody called everything so that can be called something. */
const EVIL = '<img src=x onerror="window.ran=true">';
const NAMED =
  /^(name|label|title|body|description|reason|note|reference|comment|detail|said|footer|sender)$/;

/** Puts the evil behind every name of a thing, however deep it lies. Out: how many there were. */
function infect(thing: unknown, seen = new Set<unknown>()): number {
  if (typeof thing !== 'object' || thing === null || seen.has(thing)) return 0;
  seen.add(thing);
  const record = thing as Record<string, unknown>;
  let count = 0;
  for (const [field, value] of Object.entries(record)) {
    if (typeof value !== 'string') count += infect(value, seen);
    else if (NAMED.test(field)) {
      record[field] = `${value} ${EVIL}`;
      count += 1;
    }
  }
  return count;
}

let visitors: Visitors;
beforeAll(async () => {
  visitors = await raiseVisitors();
}, 240_000);
afterAll(() => visitors.stage.close());

describe('names that are stored as markup', () => {
  let targets: Visit[];
  let infected = 0;
  beforeAll(() => {
    // Paths are found by names, so they come first.
    targets = VISITS.map(([who, heading, path]): Visit => {
      const there = path(visitors.stage);
      return [who, heading, () => there];
    });
    infected = infect(visitors.stage.state);
  });

  test.each(VISITS.map((visit, at) => [nameOf(visit), at] as const))(
    'are text: %s',
    async (_, at) => {
      const page = await visitors.open(targets[at]!);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor({
        state: 'detached',
      });
      expect(await page.locator('img[src="x"], [onerror]').count()).toBe(0);
      expect(await page.evaluate(() => 'ran' in window)).toBe(false);
      await page.close();
    },
  );

  test('are seen, as they were written', async () => {
    const page = await visitors.open(['admin', 'Customers', () => paths.adminCustomers()]);
    await page.getByText(EVIL).first().waitFor();
    expect(infected).toBeGreaterThan(30);
    expect(await page.title()).not.toContain('onerror');
    await page.close();
  });
});
