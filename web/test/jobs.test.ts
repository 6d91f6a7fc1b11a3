import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { MockState } from '../mock/state.ts';
import { paths } from '../src/kit/paths.ts';
import { framePages, page, stage } from './frame.ts';
import { ADMIN, violationsOn } from './stage.ts';

let failed: MockState['failedJobs'];

framePages(ADMIN);
beforeAll(() => {
  failed = stage.state.failedJobs;
});
beforeEach(async () => {
  stage.state.failedJobs = [...failed];
  await page.goto(paths.adminJobs);
});

const dialog = () => page.getByRole('dialog');

test('a failed job says what it was about and why, and is sent again', async () => {
  await page.getByText('the quantity is below zero').waitFor();
  await page.getByText('sub_000000000000000000000001').waitFor();
  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  await dialog().getByRole('button', { name: 'Retry job' }).click();
  await page.getByText('No job has failed.').waitFor();
  expect(stage.state.failedJobs).toEqual([]);
});

test('one is discarded only after being told that it is not done any more', async () => {
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await dialog().getByText('It is not done any more').waitFor();
  expect(stage.state.failedJobs).toHaveLength(1);
  await dialog().getByRole('button', { name: 'Discard job' }).click();
  await page.getByText('No job has failed.').waitFor();
  expect(stage.state.failedJobs).toEqual([]);
});

test.each([
  [320, 'light'],
  [768, 'dark'],
  [1280, 'light'],
] as const)('is sound at %d px, %s', async (width, theme) => {
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.getByText('the quantity is below zero').waitFor();
  const faults = (await violationsOn(page)).map((one) => one.id);
  expect(faults).toEqual([]);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(over).toBeLessThanOrEqual(0);
});
