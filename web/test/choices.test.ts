import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { paths } from '../src/kit/paths.ts';
import { acme, enter, framePages, page, stage } from './frame.ts';
import { ADMIN, CUSTOMER, violationsOn } from './stage.ts';
import { creditEntry } from '../mock/credit.ts';

// What there is to choose from, when it could not be read: no list is silently empty.

vi.setConfig({ testTimeout: 60_000 });
framePages();

const tab = (name: string) => paths.adminCustomer(acme(), { tab: name });
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const withoutPlan = () => {
  const { customers, subscriptions } = stage.state;
  return customers.find(({ id }) => !subscriptions.some((one) => one.customer_id === id))?.id ?? '';
};
/** An invoice of which a part was paid. */
const partlyPaid = (): string => {
  const one = stage.state.invoices.find(({ state }) => state === 'open');
  Object.assign(one ?? {}, { paid: '1000' });
  return one?.id ?? '';
};
const route = () => stage.state.routes[0]?.id ?? '';

interface Place {
  who?: typeof ADMIN;
  at: () => string;
  /** Calls that are answered as if something were wrong. */
  call: string;
  /** What leads to the choice on the page. */
  open?: () => Promise<void>;
  /** The name of the choice. */
  label: string;
  /** The button that would send the form, where there is one without the choice. */
  send?: string;
  /** What can be used once the choices were read. */
  healed: (page: Page) => Promise<void>;
}

const select = (label: string) => (on: Page) =>
  on.getByRole('combobox', { name: label, exact: true }).waitFor();
const keyForm = (on: Page) => on.getByRole('textbox', { name: 'Name' }).waitFor();

const PLACES: Record<string, Place> = {
  'tax rates of a customer': {
    at: () => tab('subscription'),
    call: '**/v1/tax-rates?*',
    label: 'Tax rate',
    healed: select('Tax rate'),
  },
  'coupons of a customer': {
    at: () => tab('subscription'),
    call: '**/v1/coupons?*',
    label: 'Coupon',
    healed: select('Coupon'),
  },
  'plans for a customer on none': {
    at: () => paths.adminCustomer(withoutPlan(), { tab: 'subscription' }),
    call: '**/v1/plans?*',
    label: 'Plan version',
    healed: select('Plan version'),
  },
  'own terms beside the plans': {
    at: () => tab('subscription'),
    call: '**/v1/customers/*/plan-versions',
    label: 'Plan version',
    healed: select('Step'),
  },
  'meters of a route': {
    at: () => paths.adminRoute(route()),
    call: '**/v1/meters?*',
    label: 'Meter',
    send: 'Save route',
    healed: (on) => on.getByLabel('Meter', { exact: true }).first().waitFor(),
  },
  'secrets of a route': {
    at: () => paths.adminRoute(route()),
    call: '**/v1/secrets?*',
    open: async () => {
      await page.getByText('Headers', { exact: true }).click();
      await page.getByRole('button', { name: 'Add header' }).first().click();
      await page.getByLabel('From', { exact: true }).selectOption('Secret');
    },
    label: 'Secret',
    send: 'Save route',
    healed: select('Secret'),
  },
  'routes of a key that an admin makes': {
    at: () => tab('keys'),
    call: '**/v1/routes?*',
    open: () => press('Create key'),
    label: 'What a key may',
    healed: keyForm,
  },
  'routes of a key that a customer makes': {
    who: CUSTOMER,
    at: () => paths.keys(acme()),
    call: '**/overview',
    open: () => press('Create key'),
    label: 'What a key may',
    healed: keyForm,
  },
  'scopes of a key that a customer makes': {
    who: CUSTOMER,
    at: () => paths.keys(acme()),
    call: `**/portal/v1/customers/cus_*`,
    open: () => press('Create key'),
    label: 'What a key may',
    healed: keyForm,
  },
  'how a refund goes back': {
    at: () => paths.adminInvoice(partlyPaid()),
    call: '**/collection',
    open: () => press('Record refund'),
    label: 'How it goes back',
    healed: (on) => on.getByLabel(/^Amount in/).waitFor(),
  },
  'where credit that is paid out goes': {
    at: () => {
      stage.state.credit.entries.push(creditEntry(acme(), { kind: 'grant', amount: '2500' }));
      return tab('money');
    },
    call: '**/v1/invoices?*state=paid*',
    open: () => press('Pay out…'),
    label: 'Where it goes',
    send: 'Pay out',
    healed: select('Where it goes'),
  },
  'routes to tell usage apart by': {
    at: () => paths.adminUsage(),
    call: '**/v1/routes?*',
    label: 'Route',
    healed: select('Route'),
  },
  'keys to tell usage apart by': {
    who: CUSTOMER,
    at: () => paths.usage(acme()),
    call: '**/keys',
    label: 'Key',
    healed: select('Key'),
  },
  'meters of leases': {
    at: () => paths.adminQuotas({ tab: 'leases' }),
    call: '**/v1/meters?*',
    label: 'Meter',
    healed: select('Meter'),
  },
};

const PROBLEM = { title: 'Not now', status: 503, code: 'unavailable', request_id: 'req_7' };

test.each(Object.entries(PLACES))('%s: it says so, and Retry brings them', async (_, place) => {
  const { who = ADMIN, at, call, open, label, send, healed } = place;
  await enter(who, /503/);
  const writes: string[] = [];
  page.on('request', (asked) => {
    if (asked.method() !== 'GET') writes.push(`${asked.method()} ${asked.url()}`);
  });
  const contentType = 'application/problem+json';
  await page.route(call, (asked) =>
    asked.fulfill({ status: 503, contentType, body: JSON.stringify(PROBLEM) }),
  );
  await page.goto(at());
  await open?.();
  const retry = page.getByRole('button', { name: `Retry: ${label}`, exact: true }).first();
  await retry.waitFor();
  const said = page.getByRole('alert').filter({ has: retry });
  expect(await said.textContent()).toContain('The choices could not be read: Not now.');
  expect(await said.textContent()).toContain('req_7');
  expect((await violationsOn(page)).map(({ id }) => id)).toEqual([]);
  if (send !== undefined) {
    await press(send);
    await page.getByText(`Nothing was sent: what there is to choose is not known yet`).waitFor();
  }
  expect(writes).toEqual([]);
  await page.unroute(call);
  await retry.click();
  await healed(page);
  expect(await retry.count()).toBe(0);
});
