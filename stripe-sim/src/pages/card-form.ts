import { cardGiven, makePaymentMethod } from '../objects/payment-method.ts';
import { invalid } from '../wire/fault.ts';
import type { Kinds } from '../world/kinds.ts';
import type { World } from '../world/world.ts';
import { alert, field, html, type Html } from './html.ts';

/** What a form brings along, by field. */
export type Form = Record<string, string>;

/** Out: the form of a card. What was typed stays, but for the security code. */
export const cardForm = (
  action: string,
  { submit, error, before = {} }: { submit: string; error?: string | undefined; before?: Form },
): Html =>
  html`<form method="post" action="${action}">
    ${alert(error)}
    ${field('Card number', 'card_number', {
      autocomplete: 'cc-number',
      value: before['card_number'] ?? '',
    })}
    ${field('Expiry (MM/YY)', 'card_expiry', {
      autocomplete: 'cc-exp',
      value: before['card_expiry'] ?? '',
    })}
    ${field('Security code', 'card_cvc', { autocomplete: 'cc-csc' })}
    ${field('Name on card', 'card_name', {
      autocomplete: 'cc-name',
      value: before['card_name'] ?? '',
    })}
    <button type="submit">${submit}</button>
    <p class="quiet">
      4242 4242 4242 4242 succeeds, 4000 0000 0000 0341 is saved and fails later, 4000 0000 0000
      0002 is declined, 4000 0027 6000 3184 asks for 3D Secure.
    </p>
  </form>`;

/** Out: the payment method that a form describes. Throws 400 or 402 with what is wrong. */
export function methodOf(world: World, form: Form): Kinds['payment_method'] {
  const [, month = '', year = ''] =
    /^(\d{1,2})\s*\/\s*(\d{2})$/.exec(form['card_expiry'] ?? '') ?? [];
  const [exp_month, exp_year] = [Number(month), 2000 + Number(year)];
  if (exp_month < 1 || exp_month > 12) throw invalid('The expiry is a month and a year: MM/YY.');
  const now = new Date(world.clock.now() * 1000);
  const isPast = exp_year * 12 + exp_month < now.getUTCFullYear() * 12 + now.getUTCMonth() + 1;
  if (isPast) throw invalid("Your card's expiration date is in the past.");
  const cvc = form['card_cvc'] ?? '';
  if (!/^\d{3,4}$/.test(cvc)) throw invalid('The security code has three or four digits.');
  const card = { number: form['card_number'] ?? '', exp_month, exp_year, cvc, token: undefined };
  return makePaymentMethod(world, cardGiven(card), {
    card,
    billing_details: {
      address: undefined,
      email: undefined,
      name: form['card_name'] ?? null,
      phone: undefined,
    },
  });
}
