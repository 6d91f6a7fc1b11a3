import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { framePages, page, stage } from './frame.ts';
import { ADMIN, complaintsOf, violationsOn } from './stage.ts';

framePages(ADMIN);

const accentOf = (of: Page): Promise<string> =>
  of.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent'));

test('a business gets its name, colour and support, and the sign-in page has them', async () => {
  const complaints = complaintsOf(page, /status of 400/);
  await page.goto(paths.adminBranding);
  const own = await accentOf(page);
  await page.getByLabel('Name of the business').fill('<img src=x onerror=alert(1)> & Co');
  await page.getByLabel('A colour of your own').check();
  // Nobody can read text of it on white: it is shown darker.
  await page.getByLabel('Accent colour').fill('#ffe100');
  await page.getByLabel('Support', { exact: true }).fill('javascript:alert(1)');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Is neither an e-mail address nor an https URL').waitFor();
  expect(stage.state.branding.name).toBe(null);
  await page.getByLabel('Support', { exact: true }).fill('help@acme.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Branding saved').waitFor();
  expect(await violationsOn(page)).toEqual([]);
  const visitor = await stage.enter();
  const front = await visitor.newPage();
  for (const colorScheme of ['light', 'dark'] as const) {
    await front.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await front.goto(paths.signIn());
    await front.getByText('<img src=x onerror=alert(1)> & Co', { exact: true }).waitFor();
    const support = front.getByRole('link', { name: 'Support' });
    expect(await support.getAttribute('href')).toBe('mailto:help@acme.example');
    expect(await front.title()).toBe('Sign in · <img src=x onerror=alert(1)> & Co');
    expect(await accentOf(front)).not.toBe(own);
    expect(await violationsOn(front)).toEqual([]);
  }
  expect(complaints).toEqual([]);
  await visitor.close();
});

// One pixel.
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA' +
    'WjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('a logo goes in, is shown beside the name, and is taken away', async () => {
  const complaints = complaintsOf(page, /status of 400/);
  await page.goto(paths.adminBranding);
  const file = page.getByLabel('Another picture');
  const picture = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });
  await file.setInputFiles(picture('large.png', Buffer.concat([PNG, Buffer.alloc(32_768)])));
  await page.getByText('It is over 32 KiB').waitFor();
  await file.setInputFiles(picture('page.png', Buffer.from('<script>1</script>')));
  await page.getByText('It is over 32 KiB').waitFor({ state: 'detached' });
  await page.getByRole('alert').waitFor();
  expect(stage.state.branding.logo).toBe(null);
  await file.setInputFiles(picture('logo.png', PNG));
  await page.getByText('Logo saved').waitFor();
  const shown = page.getByRole('img', { name: 'The logo now' });
  await shown.waitFor();
  // It has come, and is a picture.
  const width = () => shown.evaluate((one) => (one as HTMLImageElement).naturalWidth);
  await vi.waitFor(async () => expect(await width()).toBe(1));
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole('button', { name: 'Take the logo away' }).click();
  await page.getByText('Logo taken away').waitFor();
  await shown.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('what is not known is not said to be unset, and Retry brings it', async () => {
  stage.state.failing.add('/v1/branding');
  await page.goto(paths.adminBranding);
  await page.getByRole('button', { name: 'Retry' }).waitFor();
  expect(await page.getByLabel('Name of the business').count()).toBe(0);
  stage.state.failing.delete('/v1/branding');
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByLabel('Name of the business').waitFor();
});
