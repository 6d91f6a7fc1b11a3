import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { acme, complaints, enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER, violationsOn } from './stage.ts';

framePages();
afterEach(() => stage.state.failing.clear());

async function open(who: typeof CUSTOMER, path: string, expected?: RegExp): Promise<void> {
  await enter(who, expected);
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

const at = (path: string) => page.waitForURL((url) => url.pathname === path);
const palette = () => page.getByRole('dialog', { name: 'Go to' });
const shortcuts = () => page.getByRole('dialog', { name: 'Keyboard shortcuts' });
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

describe('a customer with a keyboard alone', () => {
  beforeEach(() => open(CUSTOMER, paths.overview(acme())));

  test('goes to a page by its first letters, and is then in its content', async () => {
    await press('Control+k');
    await palette().getByRole('combobox').waitFor();
    await page.keyboard.type('inv');
    await palette().getByRole('option', { name: 'Invoices' }).waitFor();
    expect(await palette().getByRole('option').count()).toBe(1);
    await press('Enter');
    await at(paths.invoices(acme()));
    await palette().waitFor({ state: 'detached' });
    await page.locator('#main:focus').waitFor();
    expect(complaints).toEqual([]);
  });

  test('chooses by the arrows, and leaves by Escape to where it was', async () => {
    await page.getByRole('link', { name: 'Usage' }).focus();
    await press('Control+k');
    await palette().getByRole('option', { name: 'Overview' }).waitFor();
    await press('Escape');
    await palette().waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Usage' }).and(page.locator(':focus')).waitFor();
    await press('Meta+k');
    await palette().getByRole('option', { name: 'Overview' }).waitFor();
    await press('ArrowDown', 'ArrowDown', 'Enter');
    await at(paths.usage(acme()));
    expect(complaints).toEqual([]);
  });

  test('hears that nothing has this name', async () => {
    await press('Control+k');
    await palette().getByRole('combobox').waitFor();
    await page.keyboard.type('zzz');
    await palette().getByRole('status').filter({ hasText: 'Nothing is called that.' }).waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });

  test('jumps by g and a letter, and reads which there are by ?', async () => {
    await press('g', 'u');
    await at(paths.usage(acme()));
    await press('?');
    await shortcuts().getByText('Usage', { exact: true }).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await press('g', 'k');
    await press('Escape');
    await shortcuts().waitFor({ state: 'detached' });
    expect(new URL(page.url()).pathname).toBe(paths.usage(acme()));
    await press('g', 'k');
    await at(paths.keys(acme()));
  });

  test('types letters into fields', async () => {
    await press('g', 'k');
    await at(paths.keys(acme()));
    await page.getByRole('button', { name: 'Create key' }).click();
    const name = page.getByRole('textbox', { name: 'Name' });
    await name.focus();
    await page.keyboard.type('gu?');
    expect(await name.inputValue()).toBe('gu?');
    expect(new URL(page.url()).pathname).toBe(paths.keys(acme()));
  });

  test('switches single keys off for good, and still finds the way', async () => {
    await press('?');
    await shortcuts().getByRole('checkbox').press('Space');
    await press('Escape');
    await shortcuts().waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await press('g', 'u', '?');
    await press('Control+k');
    await palette().getByRole('combobox').waitFor();
    expect(await shortcuts().count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe(paths.overview(acme()));
  });
});

describe('an admin', () => {
  test('finds a customer by name and by id', async () => {
    await open(ADMIN, paths.adminPlans());
    const unused = stage.state.customers.find((one) => one.name === 'Brand new')?.id ?? '';
    for (const [text, name, id] of [
      ['acm', 'Acme', acme()],
      [unused, 'Brand new', unused],
    ] as const) {
      await press('Control+k');
      await palette().getByRole('combobox').waitFor();
      await page.keyboard.type(text);
      await palette().getByRole('option', { name }).waitFor();
      expect(await violationsOn(page)).toEqual([]);
      await press('Enter');
      await at(paths.adminCustomer(id));
      await palette().waitFor({ state: 'detached' });
    }
  });

  test('goes to pages also while customers can’t be searched, and hears of it', async () => {
    await open(ADMIN, paths.adminPlans(), /500/);
    stage.state.failing.add('/v1/customers');
    await press('Control+k');
    await palette().getByRole('combobox').waitFor();
    await page.keyboard.type('audit');
    await palette().getByRole('status').filter({ hasText: 'Internal' }).waitFor();
    await press('Enter');
    await at(paths.adminAudit());
    expect(complaints).toEqual([]);
  });

  test('has a letter of its own for each page', async () => {
    await open(ADMIN, paths.adminPlans());
    const pages = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').count();
    await press('?');
    await shortcuts().getByText('Plans', { exact: true }).waitFor();
    const rows = await shortcuts().locator('dd').allTextContents();
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows.length).toBe(pages + 2);
  });
});

test('who has no keyboard opens the palette by a button, at any width', async () => {
  await open(CUSTOMER, paths.overview(acme()));
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 700 });
    await page.getByRole('button', { name: 'Go to…' }).filter({ visible: true }).click();
    await palette().getByRole('option', { name: 'Keys' }).click();
    await at(paths.keys(acme()));
    await page.goto(paths.overview(acme()));
  }
  expect(complaints).toEqual([]);
});
