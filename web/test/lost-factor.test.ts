import { afterAll, beforeAll, expect, test } from 'vitest';
import { appCodeAt } from '../../billing-core/src/test/totp.ts';
import { paths } from '../src/kit/paths.ts';
import { raiseShop, type ShopStage, type Visitor } from './shop-stage.ts';
import { complaintsOf, violationsOn } from './stage.ts';

// A member who lost the app and the codes, before a real core.

const TEST_MS = 240_000;
const WAIT_MS = 60_000;
let stage: ShopStage;

beforeAll(async () => {
  stage = await raiseShop();
}, TEST_MS);
afterAll(() => stage.close(), TEST_MS);

/** Turns the second factor of this visitor on. */
async function guard({ context, password, customerId }: Visitor): Promise<void> {
  const page = await context.newPage();
  await page.goto(paths.team(customerId));
  const headers = { origin: new URL(page.url()).origin };
  const post = async (step: string, data: object) => {
    const path = `/api/portal/v1/me/two-factor/${step}`;
    const answer = await context.request.post(path, { data, headers });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  const { totp_uri: uri } = await post('begin', { password });
  await post('confirm', { code: appCodeAt(uri, Date.now()) });
  await page.close();
}

test(
  'an admin takes the second factor off, having read what that means; the password is enough then',
  async () => {
    const own = await stage.enter(undefined);
    await guard(own);
    const admin = await stage.enterAdmin();
    admin.setDefaultTimeout(WAIT_MS);
    const page = await admin.newPage();
    const complaints = complaintsOf(page);
    await page.goto(paths.adminCustomer(own.customerId, { tab: 'members' }));
    await page.getByRole('button', { name: /^Take off the second factor of Person/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/with the password alone from then on/).waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Take it off' }).click();
    const row = page.getByRole('table', { name: 'Members' }).getByRole('row').last();
    await row.getByRole('cell', { name: 'Off', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /^Take off the second factor/ }).count()).toBe(0);
    const data = { email: own.email, password: own.password };
    const other = await stage.nobody();
    const entered = await other.request.post('/api/auth/sign-in/email', {
      data,
      headers: { origin: new URL(page.url()).origin },
    });
    expect(await entered.json()).toHaveProperty('user');
    expect(complaints).toEqual([]);
    for (const context of [own.context, admin, other]) await context.close();
  },
  TEST_MS,
);
