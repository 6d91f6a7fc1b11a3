import type { Page } from 'playwright-core';
import type Stripe from 'stripe';
import { expect } from 'vitest';

// Stripe, as somebody sees it who pays, and as its owner does.

export type Card = { number: string; last4: string };
export const GOOD: Card = { number: '4242 4242 4242 4242', last4: '4242' };
/** It can be saved, and is declined whenever it is charged. */
export const DECLINED_LATER: Card = { number: '4000 0000 0000 0341', last4: '0341' };

/** Fills Stripe's page for a card, on which the browser is. */
export async function saveCard(page: Page, { number }: Card): Promise<void> {
  await page.waitForURL(/\/c\/pay\/cs_test_/);
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiry (MM/YY)').fill('12/34');
  await page.getByLabel('Security code').fill('123');
  await page.getByLabel('Name on card').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Save card' }).click();
}

/** What the local Stripe has, by kind. */
export type Objects = {
  customer: Stripe.Customer[];
  invoice: Stripe.Invoice[];
  payment_intent: Stripe.PaymentIntent[];
  payment_method: Stripe.PaymentMethod[];
  credit_note: Stripe.CreditNote[];
  refund: Stripe.Refund[];
};

/** The local Stripe of an installation, behind its doors. */
export function stripeOf(url: string) {
  const control = async (path: string, body?: object): Promise<unknown> => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${url}/_sim${path}`, sent);
    expect([path, answer.ok]).toEqual([path, true]);
    return answer.json();
  };
  return {
    objects: async (): Promise<Objects> =>
      ((await control('/snapshot')) as { objects: Objects }).objects,
    /** Days pass there, with all that is due on the way. */
    passDays: (days: number) => control('/clock', { advance: days * 86_400 + 60 }),
  };
}
