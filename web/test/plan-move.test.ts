import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from '../../billing-core/src/contract/plan.ts';
import type { ListedSubscription } from '../../billing-core/src/contract/subscription.ts';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage } from './shop-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// Subscriptions of a version moved to another, before a real core.

const TEST_MS = 240_000;
const WAIT_MS = 60_000;
let stage: ShopStage;

beforeAll(async () => {
  stage = await raiseShop();
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

/** Publishes a version with this flat price, in cents. */
async function publish(planId: string, amount: string): Promise<string> {
  const prices = [{ model: 'flat', amount }];
  const body = { currency: 'USD', prices, entitlements: [] };
  const { id } = await stage.shop.api<{ id: string }>(`/plans/${planId}/versions`, body);
  await stage.shop.api(`/plan-versions/${id}/publish`, {});
  return id;
}

const on = async (versionId: string): Promise<ListedSubscription[]> => {
  const path = `/subscriptions?plan_version_id=${versionId}`;
  return (await stage.shop.api<{ data: ListedSubscription[] }>(path)).data;
};

test(
  'everybody on a version is moved without the page; who cannot be is named, and tried again',
  async () => {
    const plan = await stage.shop.api<Plan>('/plans', { slug: 'basic', name: 'Basic' });
    const [old, fresh] = [await publish(plan.id, '1000'), await publish(plan.id, '1200')];
    const people = [await stage.enter(old), await stage.enter(old), await stage.enter(old)];
    const [first, second, gone] = people.map(({ customerId }) => customerId);
    const left = (await on(old)).find((one) => one.customer_id === gone);
    await stage.shop.api(`/subscriptions/${left?.id}/steps`, { step: 'cancel', at: 'period_end' });

    const context = await stage.enterAdmin();
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(paths.adminPlanVersion(plan.id, old));
    const card = page.getByRole('region', { name: 'Subscriptions on it' });
    await card.getByRole('link', { name: /^Acme/ }).first().waitFor();
    await card.getByRole('button', { name: 'Move everybody…' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('To').inputValue()).toBe(fresh);
    expect(await violationsOn(page)).toEqual([]);
    await dialog.getByText('3 subscriptions are on it.').waitFor();
    await dialog.getByText('so they stay: 1.').waitFor();
    // It goes on without the page.
    await dialog.getByRole('button', { name: 'Move them' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.close();
    const again = await context.newPage();
    const later = complaintsOf(again);
    await again.goto(paths.adminPlanVersion(plan.id, old));
    const move = again.getByRole('region', { name: 'Move to version 2' });
    await move.getByText('Done. 2 moved.').waitFor();
    const bar = move.getByRole('progressbar');
    expect(await bar.getAttribute('aria-valuetext')).toBe('3 of 3');
    const row = move.getByRole('row', { name: /A cancel is pending/ });
    const pending = new Map((await on(old)).map((one) => [one.customer_id, one.pending_change]));
    for (const id of [first, second]) {
      expect(pending.get(id ?? '')).toMatchObject({ kind: 'change', plan_version_id: fresh });
    }
    expect(pending.get(gone ?? '')?.kind).toBe('cancel');
    expect(await row.getByRole('link', { name: /^Acme/ }).getAttribute('href')).toContain(gone);
    expect(await violationsOn(again)).toEqual([]);

    await stage.shop.api(`/subscriptions/${left?.id}/pending-change`, undefined, 'DELETE');
    await move.getByRole('button', { name: 'Try again…' }).click();
    await again.getByRole('dialog').getByRole('button', { name: 'Try again' }).click();
    await move.getByText('Done. 3 moved.').waitFor();
    expect(await move.getByRole('region', { name: 'Not moved' }).count()).toBe(0);
    expect([complaints, later]).toEqual([[], []]);
    for (const { context: theirs } of people) await theirs.close();
    await context.close();
  },
  TEST_MS,
);

test(
  'a plan is put on offer in the portal, and can be paused',
  async () => {
    const plan = await stage.shop.api<Plan>('/plans', { slug: 'open', name: 'Open' });
    await publish(plan.id, '500');
    const context = await stage.enterAdmin();
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(paths.adminPlan(plan.id));
    await page.getByRole('button', { name: 'What customers may…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Choose it in the portal').check();
    await dialog.getByLabel('Pause it').check();
    expect(await violationsOn(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('On offer in the portal').waitFor();
    const known = await stage.shop.api<Plan>(`/plans/${plan.id}`);
    expect([known.self_serve, known.pausable]).toEqual([true, true]);
    expect(complaints).toEqual([]);
    await context.close();
  },
  TEST_MS,
);
