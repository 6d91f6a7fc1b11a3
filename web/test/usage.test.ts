import { expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { acme, complaints, framePages, page, stage } from './frame.ts';
import { CUSTOMER, violationsOn } from './stage.ts';

// What the page Usage sets beside what was used: the time before, limits, prices.

framePages(CUSTOMER);

const figure = () => page.getByRole('figure');
const asked = (): string[] => {
  const urls: string[] = [];
  page.on('request', (request) => {
    if (/\/usage\?.*&to=|\/usage\?to=/.test(request.url())) urls.push(request.url());
  });
  return urls;
};

test('the time before is as long as what is shown, and stands beside it', async () => {
  const urls = asked();
  await page.goto(paths.usage(acme(), { range: '7d' }));
  await figure().waitFor();
  await page.getByLabel('Compare with').selectOption('The time before');
  await figure().getByText('The 7 days before').waitFor();
  expect(new URL(page.url()).searchParams.get('compare')).toBe('before');
  await page.getByText(/^[+−][\d.]+% on [\d,]+ before$/).waitFor();
  const spans = urls.map((url) => {
    const { searchParams } = new URL(url);
    return [searchParams.get('from'), searchParams.get('to')].map((at) => Date.parse(at ?? ''));
  });
  const [now = [], before = []] = [spans[0], spans.at(-1)];
  const length = ([from = 0, to = 0]: number[]): number => to - from;
  expect(before[1]).toBeLessThan(now[1] ?? 0);
  expect(Math.abs(length(before) - length(now))).toBeLessThan(60_000);
  await page.getByRole('button', { name: 'View as table' }).click();
  await figure().getByRole('columnheader', { name: 'The 7 days before' }).waitFor();
  expect(await violationsOn(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('meters stand beside one another, since their sum is none', async () => {
  await page.goto(paths.usage(acme()));
  await page.getByLabel('Group by').selectOption('Meter');
  await page.getByRole('heading', { name: 'Requests that counted each meter' }).waitFor();
  await figure().getByText('Egress').waitFor();
  expect(await page.getByLabel('Compare with').count()).toBe(0);
  expect(await violationsOn(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('a quota of the shown time is a line, of the key that has it', async () => {
  const key = stage.state.keys.find(({ customerId }) => customerId === acme())?.id ?? '';
  const line = () => figure().getByText('Quota: 40,000 per day');
  await page.goto(paths.usage(acme(), { range: '30d', key_id: key }));
  await line().waitFor();
  await page.locator('.recharts-reference-line line').first().waitFor({ state: 'attached' });
  await page.goto(paths.usage(acme(), { range: '30d' }));
  await figure().waitFor();
  expect(await line().count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('the price ladder says what the next unit costs, and leads to the next invoice', async () => {
  await page.goto(paths.usage(acme()));
  const ladder = page.getByRole('table', { name: 'Price ladder of Requests' });
  await ladder.getByText('up to 100,000').waitFor();
  await ladder.getByText('$0.002 USD per request').waitFor();
  await ladder.getByText('You are here').waitFor();
  await page.getByRole('link', { name: 'next invoice' }).click();
  await page.getByRole('heading', { name: 'Next invoice' }).waitFor();
  expect(complaints).toEqual([]);
});

test('the requests of today lead to the usage of just that day', async () => {
  await page.goto(paths.overview(acme()));
  const today = page.getByTestId('requests-today');
  const figure = page.getByRole('definition').filter({ has: today });
  await figure.getByRole('link', { name: 'by outcome' }).click();
  await page.getByRole('heading', { level: 1, name: 'Usage' }).waitFor();
  const { searchParams } = new URL(page.url());
  const [from = '', to = ''] = ['from', 'to'].map((name) => searchParams.get(name) ?? '');
  expect(searchParams.get('range')).toBe('custom');
  expect(from).toMatch(/T00:00:00\.000Z$/);
  expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
  expect(Date.parse(from)).toBeLessThanOrEqual(Date.now());
  await page.getByTestId('usage-requests').waitFor();
  expect(complaints).toEqual([]);
});

test('the Overview has what is charged next, where quotas lead, and what is new', async () => {
  await page.goto(paths.overview(acme()));
  await page.getByRole('link', { name: /USD so far, / }).waitFor();
  const notices = page.getByRole('region', { name: 'Notices' });
  await notices.getByText('The quota of requests is used up').waitFor();
  await notices.getByRole('link', { name: 'To the notices' }).click();
  await page.getByRole('heading', { level: 1, name: 'Notices' }).waitFor();
  expect(complaints).toEqual([]);
});
