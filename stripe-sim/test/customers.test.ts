import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { customerWith, draftOf, eventsOf, refused, startSim, typesSince } from './rig.ts';

const { sim, stripe } = await startSim();

describe('a customer', () => {
  test('has what it was made with, and an event says which fields a change took', async () => {
    const customer = await stripe.customers.create({
      name: 'Acme',
      email: 'a@acme.example',
      address: { line1: 'Main 1', country: 'DE' },
      tax_exempt: 'reverse',
      preferred_locales: ['de'],
    });
    expect(customer).toMatchObject({
      object: 'customer',
      balance: 0,
      address: { line1: 'Main 1', line2: null, country: 'DE' },
      tax_exempt: 'reverse',
      livemode: false,
    });
    await stripe.customers.update(customer.id, { name: 'Acme GmbH', address: { line1: 'Main 2' } });
    const [event] = (await stripe.events.list({ type: 'customer.updated', limit: 1 })).data;
    expect(event?.data).toMatchObject({
      object: { id: customer.id, name: 'Acme GmbH' },
      previous_attributes: { name: 'Acme', address: { line1: 'Main 1', country: 'DE' } },
    });
    expect(event?.request?.id).toMatch(/^req_/);
  });

  test('that changes nothing makes no event', async () => {
    const { id } = await stripe.customers.create({ name: 'Same' });
    const before = eventsOf(sim);
    await stripe.customers.update(id, { name: 'Same' });
    expect(typesSince(sim, before)).toEqual([]);
  });

  test('once deleted stays as a stub and takes no more', async () => {
    const { id } = await stripe.customers.create();
    const draft = await draftOf(stripe, id);
    expect(await stripe.customers.del(id)).toMatchObject({ id, deleted: true });
    expect(await stripe.customers.retrieve(id)).toEqual(
      expect.objectContaining({ id, object: 'customer', deleted: true }),
    );
    expect(await refused(stripe.customers.update(id, { name: 'x' }))).toMatchObject({
      statusCode: 404,
    });
    expect(await refused(stripe.invoices.create({ customer: id }))).toMatchObject({
      param: 'customer',
      code: 'resource_missing',
    });
    expect(await refused(stripe.invoices.retrieve(draft.id))).toMatchObject({ statusCode: 404 });
    const listed = await stripe.customers.list({ limit: 100 });
    expect(listed.data.map((each) => each.id)).not.toContain(id);
  });

  test('has tax ids of its own only', async () => {
    const { id } = await stripe.customers.create();
    const other = await stripe.customers.create();
    const taxId = await stripe.customers.createTaxId(id, { type: 'eu_vat', value: 'DE1' });
    expect(taxId).toMatchObject({
      customer: id,
      country: 'EU',
      verification: { status: 'verified' },
    });
    expect((await stripe.customers.listTaxIds(id)).data).toHaveLength(1);
    expect(await refused(stripe.customers.deleteTaxId(other.id, taxId.id))).toMatchObject({
      statusCode: 404,
    });
    await stripe.customers.deleteTaxId(id, taxId.id);
    expect((await stripe.customers.listTaxIds(id)).data).toEqual([]);
  });

  test('has a balance that entries move', async () => {
    const { id } = await stripe.customers.create();
    const entry = await stripe.customers.createBalanceTransaction(id, {
      amount: -500,
      currency: 'usd',
    });
    expect(entry).toMatchObject({ amount: -500, ending_balance: -500, type: 'adjustment' });
    expect(await stripe.customers.retrieve(id)).toMatchObject({ balance: -500, currency: 'usd' });
  });
});

describe('a payment method', () => {
  test('of a test card becomes one of its own, attached once', async () => {
    const { id } = await stripe.customers.create();
    const method = await stripe.paymentMethods.attach('pm_card_mastercard', { customer: id });
    expect(method.id).not.toBe('pm_card_mastercard');
    expect(method.card).toMatchObject({ brand: 'mastercard', last4: '4444' });
    const other = await stripe.customers.create();
    expect(
      await refused(stripe.paymentMethods.attach(method.id, { customer: other.id })),
    ).toMatchObject({ code: 'payment_method_unexpected_state' });
  });

  test('that is detached is no default any more', async () => {
    const { id, card } = await customerWith(stripe, 'pm_card_visa');
    await stripe.paymentMethods.detach(card);
    expect(await stripe.customers.retrieve(id)).toMatchObject({
      invoice_settings: { default_payment_method: null },
    });
    expect((await stripe.customers.listPaymentMethods(id)).data).toEqual([]);
    expect(await refused(stripe.paymentMethods.detach(card))).toMatchObject({ statusCode: 400 });
  });

  test('of somebody else is no default', async () => {
    const { card } = await customerWith(stripe, 'pm_card_visa');
    const { id } = await stripe.customers.create();
    const settings = { default_payment_method: card };
    const call = stripe.customers.update(id, { invoice_settings: settings });
    expect(await refused(call)).toMatchObject({ code: 'resource_missing' });
  });

  test.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ])('%s is declined when it is attached', async (card, code, decline) => {
    const { id } = await stripe.customers.create();
    const error = await refused(stripe.paymentMethods.attach(card, { customer: id }));
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect(error).toMatchObject({ statusCode: 402, code, decline_code: decline });
  });

  test('by number knows test cards only', async () => {
    const card = { number: '4242 4242 4242 4242', exp_month: 1, exp_year: 2031, cvc: '123' };
    const method = await stripe.paymentMethods.create({ type: 'card', card });
    expect(method.card).toMatchObject({ exp_year: 2031, last4: '4242' });
    const wrong = { ...card, number: '4111111111111111' };
    expect(
      await refused(stripe.paymentMethods.create({ type: 'card', card: wrong })),
    ).toMatchObject({ code: 'incorrect_number' });
  });
});

describe('a SetupIntent', () => {
  test('saves a card for its customer', async () => {
    const { id } = await stripe.customers.create();
    const before = eventsOf(sim);
    const intent = await stripe.setupIntents.create({
      customer: id,
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    expect(intent).toMatchObject({ status: 'succeeded', customer: id, usage: 'off_session' });
    const methods = await stripe.customers.listPaymentMethods(id);
    expect(methods.data.map((each) => each.id)).toEqual([intent.payment_method]);
    expect(typesSince(sim, before)).toEqual([
      'setup_intent.created',
      'payment_method.attached',
      'setup_intent.succeeded',
    ]);
  });

  test('of a declined card wants another one, which then does', async () => {
    const { id } = await stripe.customers.create();
    const intent = await stripe.setupIntents.create({ customer: id });
    const error = await refused(
      stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa_chargeDeclined' }),
    );
    expect(error).toMatchObject({ statusCode: 402, setup_intent: { id: intent.id } });
    expect(await stripe.setupIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      last_setup_error: { code: 'card_declined' },
    });
    const done = await stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    expect(done.status).toBe('succeeded');
    expect(await refused(stripe.setupIntents.cancel(intent.id))).toMatchObject({
      code: 'setup_intent_unexpected_state',
    });
  });

  test('of a card with 3D Secure says where its holder has to go', async () => {
    const intent = await stripe.setupIntents.create({
      payment_method: 'pm_card_authenticationRequiredOnSetup',
      confirm: true,
      return_url: 'https://example.com/back',
    });
    expect(intent).toMatchObject({
      status: 'requires_action',
      next_action: { redirect_to_url: { return_url: 'https://example.com/back' } },
    });
    expect(intent.next_action?.redirect_to_url?.url).toContain(`/authenticate/${intent.id}`);
  });

  test('takes payment_method_types no longer, as of endive', async () => {
    const params = { payment_method_types: ['card'] } as Stripe.SetupIntentCreateParams;
    expect(await refused(stripe.setupIntents.create(params))).toMatchObject({
      code: 'payment_method_types_no_longer_supported',
    });
  });
});
