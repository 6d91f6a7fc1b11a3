import { gzipSync } from 'node:zlib';
import type { Locator, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, CUSTOMER, raiseStage, type Stage } from './stage.ts';

/** What a first visit costs: JavaScript until the figures stand there, gzipped. */
const BYTES_MAX = 180 * 1000;

let stage: Stage;
let acme: string;
beforeAll(async () => {
  stage = await raiseStage();
  acme = stage.state.customers.find((one) => one.name === 'Acme')?.id ?? '';
  stage.state.today.set(acme, 1_000);
}, 120_000);
afterAll(() => stage.close());

interface Loaded {
  /** Names of files with their gzipped bytes, as they came before the page could be used. */
  before: Map<string, number>;
  after: string[];
}

interface Visit {
  who: typeof CUSTOMER;
  path: string;
  locale?: string;
  /** Shows that the page can be used. */
  usable: (page: Page) => Locator;
  /** Files that are held back until then, and what shows that they came after all. */
  later?: { files: RegExp; seen: (page: Page) => Locator };
}

async function load({ who, path, locale = 'en-US', usable, later }: Visit): Promise<Loaded> {
  const context = await stage.enter(who, locale);
  const page = await context.newPage();
  const came: Response[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.endsWith('.js')) came.push(response);
  });
  const use = Promise.withResolvers<void>();
  if (later) await page.route(later.files, (route) => use.promise.then(() => route.continue()));
  await page.goto(path);
  await usable(page).waitFor();
  const first = [...came];
  use.resolve();
  await later?.seen(page).waitFor();
  const before = new Map<string, number>();
  for (const one of first) before.set(nameOf(one), gzipSync(await one.body()).length);
  const after = came.filter((one) => !first.includes(one)).map(nameOf);
  await context.close();
  return { before, after };
}

const nameOf = (response: Response): string =>
  new URL(response.url()).pathname.split('/').at(-1) ?? '';
const figures = (page: Page): Locator => page.getByTestId('requests-24h');

test.each(['en-US', 'ru-RU'])(
  'a first visit of the Overview in %s needs at most 180 kB of JavaScript, and charts come later',
  async (locale) => {
    const { before, after } = await load({
      who: CUSTOMER,
      path: paths.overview(acme),
      locale,
      usable: figures,
      later: { files: /chart-plot/, seen: (page) => page.locator('.recharts-bar').first() },
    });
    const bytes = [...before.values()].reduce((all, one) => all + one, 0);
    const files = [...before].map(([name, size]) => `  ${size} ${name}\n`).join('');
    const kilobytes = (bytes / 1000).toFixed(1);
    process.stdout.write(`Overview, ${locale}: ${kilobytes} kB of JavaScript, gzipped\n${files}`);
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
    expect(after.some((name) => /chart-plot/.test(name))).toBe(true);
  },
);

test('neither side loads what only the other one shows', async () => {
  const customers = await load({ who: CUSTOMER, path: paths.overview(acme), usable: figures });
  const admins = await load({
    who: ADMIN,
    path: paths.adminPlans(),
    usable: (page) => page.getByRole('link', { name: 'Pro' }).first(),
  });
  const foreign = (of: Loaded, names: RegExp): string[] =>
    [...of.before.keys()].filter((name) => names.test(name));
  expect(foreign(admins, /^(overview|plan-card|payment-card)/)).toEqual([]);
  expect(foreign(customers, /^(plans|attention|customers|ru)/)).toEqual([]);
});
