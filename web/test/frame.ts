import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { complaintsOf, raiseStage, type Stage } from './stage.ts';

/**
 * What most files of page tests stand on. Each file has it to itself: what it imports from here is
 * that of the test that runs.
 */
export let stage: Stage;
export let context: BrowserContext | undefined;
export let page: Page;
/** What the browser has complained about on `page`. */
export let complaints: string[];

type Person = { email: string; password: string };

/**
 * Opens a fresh browser profile, signed in, with one page, in the place of the one before.
 * @param expected as of `complaintsOf`.
 */
export async function enter(who: Person, expected?: RegExp): Promise<void> {
  await context?.close();
  context = await stage.enter(who);
  page = await context.newPage();
  complaints = complaintsOf(page, expected);
}

/**
 * Raises a stage for the file and closes it, and closes after each test the profile it opened.
 * @param who enters before each test; without, tests `enter` themselves.
 */
export function framePages(who?: Person): void {
  beforeAll(async () => {
    stage = await raiseStage();
  }, 120_000);
  afterAll(() => stage.close());
  if (who) beforeEach(() => enter(who));
  afterEach(() => context?.close());
}

/** @returns the id of the mock's first customer, whom `CUSTOMER` belongs to. */
export const acme = (): string =>
  stage.state.customers.find(({ name }) => name === 'Acme')?.id ?? '';
