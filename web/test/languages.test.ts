import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { ADMIN, complaintsOf, CUSTOMER, raiseStage, type Stage, violationsOn } from './stage.ts';

let stage: Stage;
let acme: string;
const opened: BrowserContext[] = [];

beforeAll(async () => {
  stage = await raiseStage();
  acme = stage.state.customers.find((one) => one.name === 'Acme')?.id ?? '';
}, 120_000);
afterAll(() => stage.close());
afterEach(async () => {
  for (const context of opened.splice(0)) await context.close();
});

async function enter(who?: typeof CUSTOMER, locale?: string): Promise<Page> {
  const context = await stage.enter(who, locale);
  opened.push(context);
  return context.newPage();
}

const heading = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const languageOf = (page: Page) => page.locator('html').getAttribute('lang');

test('a browser that asks for Russian gets it, one for neither gets English', async () => {
  const russian = await enter(undefined, 'ru-RU');
  await russian.goto(paths.signIn());
  await heading(russian, 'Войти');
  expect(await languageOf(russian)).toBe('ru');
  expect(await violationsOn(russian)).toEqual([]);
  const french = await enter(undefined, 'fr-FR');
  await french.goto(paths.signIn());
  await heading(french, 'Sign in');
  expect(await languageOf(french)).toBe('en');
});

test('who can’t read the page finds their language on it, and it stays', async () => {
  const page = await enter(undefined, 'ru-RU');
  await page.goto(paths.signUp);
  await page.getByRole('button', { name: 'English' }).click();
  await heading(page, 'Sign up');
  await page.goto(paths.signIn());
  await heading(page, 'Sign in');
  expect(await languageOf(page)).toBe('en');
});

test('who is signed in changes it in the menu, and comes to the same place', async () => {
  const page = await enter(CUSTOMER);
  await page.goto(paths.usage(acme, { range: '7d' }));
  await heading(page, 'Usage');
  await page.getByRole('button', { name: /Account/ }).click();
  await page.getByRole('menuitemradio', { name: 'Русский' }).click();
  await heading(page, 'Использование');
  expect(new URL(page.url()).search).toBe('?range=7d');
});

describe('in Russian', () => {
  test('figures, money, dates and plurals are as Russians write them', async () => {
    const page = await enter(CUSTOMER, 'ru-RU');
    const complaints = complaintsOf(page);
    stage.state.today.set(acme, 1_234_567);
    await page.goto(paths.overview(acme));
    await heading(page, 'Обзор');
    await expect
      .poll(async () =>
        (await page.getByTestId('requests-today').textContent())?.replaceAll(/\s/g, ' '),
      )
      .toBe('1 234 567');
    await page
      .getByText(/\d запрос(а|ов)? за последние 60 минут/)
      .first()
      .waitFor();
    await page.goto(paths.invoices(acme));
    await page
      .getByText(/\d{1,2} \S+ \d{4} г\./)
      .first()
      .waitFor();
    await page
      .getByText(/,\d\d.\$.USD/)
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
  });

  test('what the API refuses is told in Russian too', async () => {
    const page = await enter(CUSTOMER, 'ru-RU');
    await page.goto(paths.invoice(acme, 'inv_nowhere'));
    const told = page.getByRole('alert').getByText('Не найдено');
    await told.waitFor();
    expect(await told.count()).toBe(1);
  });

  test('the admin side comes with its own words, and only that side', async () => {
    const page = await enter(ADMIN, 'ru-RU');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(paths.welcome);
    await heading(page, 'Добро пожаловать');
    expect(asked.filter((url) => /ru-admin/.test(url))).toEqual([]);
    await page.goto(paths.adminCustomers());
    await heading(page, 'Клиенты');
    expect(asked.filter((url) => /ru-admin/.test(url))).toHaveLength(1);
  });
});

test('in English no other words are loaded', async () => {
  const page = await enter(ADMIN);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(paths.adminCustomers());
  await heading(page, 'Customers');
  expect(asked.filter((url) => /\/ru(-admin)?-/.test(url))).toEqual([]);
});
