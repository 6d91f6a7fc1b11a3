import { QueryClient } from '@tanstack/react-query';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isFull } from '../../scripts/faults/size.ts';
import { createAppRouter } from '../src/router.tsx';
import { violationsOn } from './stage.ts';
import {
  type Look,
  nameOf,
  raiseVisitors,
  THEMES,
  unvisited,
  VISITS,
  type Visitors,
  WIDTHS,
} from './visits.ts';

/**
 * Every page once: accessible, without a complaint of the browser, without sideways scroll. Every
 * width and theme of each is looked at by `npm run test:long`.
 */
let visitors: Visitors;
beforeAll(async () => {
  visitors = await raiseVisitors();
}, 120_000);
afterAll(() => visitors.stage.close());

const EVERY_LOOK = WIDTHS.flatMap((width) => THEMES.map((theme) => ({ width, theme })));

/** All looks at full size, else one, which is another one for the next page. */
const looksOf = (at: number): Look[] => {
  const [one] = EVERY_LOOK.slice(at % EVERY_LOOK.length);
  return isFull() || one === undefined ? EVERY_LOOK : [one];
};
const CASES = VISITS.flatMap((visit, at) =>
  looksOf(at).map((look) => [nameOf(visit), look.width, look.theme, visit] as const),
);

test.each(CASES)('%s is sound at %d px, %s', async (_, width, theme, visit) => {
  expect(await visitors.faultsOf(visit, { width, theme })).toEqual([]);
});

test('the last of many tabs is in sight where there is no room for all', async () => {
  const last = VISITS.findLast(([, heading]) => heading === 'Acme');
  expect(last && (await visitors.faultsOf(last, { width: 320, theme: 'dark' }))).toEqual([]);
});

test('no page is forgotten', () => {
  const { routesByPath } = createAppRouter(new QueryClient());
  const patterns = Object.keys(routesByPath);
  expect(patterns.length).toBeGreaterThan(30);
  expect(unvisited(patterns, visitors.stage)).toEqual([]);
  expect(unvisited(['/c/$customerId/novel'], visitors.stage)).toEqual(['/c/$customerId/novel']);
});

test('a page that is not sound is seen not to be', async () => {
  const context = await visitors.stage.enter();
  const page = await context.newPage();
  const words = '<p style="color: #aaa; background: #fff">pale</p><img src="data:,">';
  await page.setContent(`<html lang="en"><title>T</title><main><h1>H</h1>${words}</main></html>`);
  const violations = await violationsOn(page);
  expect(violations.map(({ id }) => id).toSorted()).toEqual(['color-contrast', 'image-alt']);
  await context.close();
});
