import { afterEach, expect, test } from 'vitest';
import { startReceiver } from './receiver.ts';
import { customerWith, draftOf, refused, startSim } from './rig.ts';

const { sim, stripe, control } = await startSim();
const receiver = await startReceiver();
const endpoint = await stripe.webhookEndpoints.create({
  url: receiver.url,
  enabled_events: ['customer.created', 'customer.updated', 'invoice.paid'],
});
receiver.secrets = [endpoint.secret ?? ''];

const quiet = { duplicate: 0, drop: 0, delay: 0, missign: 0, shuffle: false, before_reply: false };
afterEach(async () => {
  await control('POST', '/webhooks', quiet);
  sim.advance(10 * 86_400);
  await sim.flush();
  receiver.received.length = 0;
  receiver.statuses = [];
  receiver.onEvent = undefined;
});

test('events that are asked for are delivered, signed so that the SDK takes them', async () => {
  const { id } = await stripe.customers.create({ name: 'Acme' });
  await stripe.products.create({ name: 'not asked for' });
  await sim.flush();
  expect(receiver.types()).toEqual(['customer.created']);
  expect(receiver.received[0]).toMatchObject({
    isSigned: true,
    event: { data: { object: { id, name: 'Acme' } }, api_version: '2026-10-28.endive' },
  });
});

test('the secret is shown once', async () => {
  expect(endpoint.secret).toMatch(/^whsec_/);
  expect(await stripe.webhookEndpoints.retrieve(endpoint.id)).not.toHaveProperty('secret');
});

test('a late delivery has the object as it was then', async () => {
  await control('POST', '/webhooks', { delay: 1, delay_seconds: 3600 });
  const { id } = await stripe.customers.create({ name: 'Then' });
  await stripe.customers.update(id, { name: 'Now' });
  await sim.flush();
  expect(receiver.received).toEqual([]);
  await control('POST', '/clock', { advance: 3600 });
  const created = receiver.received.find(({ event }) => event.type === 'customer.created');
  expect(created?.event.data.object).toMatchObject({ id, name: 'Then' });
});

test('what is refused is tried again later, for three days', async () => {
  receiver.statuses = [500, 500, 200];
  const { id } = await stripe.customers.create();
  await sim.flush();
  expect(receiver.received).toHaveLength(1);
  const [event] = (await stripe.events.list({ type: 'customer.created', limit: 1 })).data;
  expect(event).toMatchObject({ pending_webhooks: 1, data: { object: { id } } });
  await control('POST', '/clock', { advance: 60 });
  await control('POST', '/clock', { advance: 300 });
  expect(receiver.received).toHaveLength(3);
  expect(await stripe.events.retrieve(event!.id)).toMatchObject({ pending_webhooks: 0 });
  expect(new Set(receiver.received.map((each) => each.event.id)).size).toBe(1);
});

test('after three days it is given up, and the list of events still has it', async () => {
  receiver.statuses = Array.from({ length: 20 }, () => 500);
  await stripe.customers.create();
  await sim.flush();
  for (let hours = 0; hours < 84; hours += 1) await control('POST', '/clock', { advance: 3600 });
  expect(receiver.received.length).toBe(11);
  const lost = await stripe.events.list({ delivery_success: false, limit: 1 });
  expect(lost.data[0]?.id).toBe(receiver.received[0]?.event.id);
});

test('duplicates have the same id', async () => {
  await control('POST', '/webhooks', { duplicate: 1 });
  await stripe.customers.create();
  await sim.flush();
  expect(receiver.received).toHaveLength(2);
  expect(receiver.received[0]?.event.id).toBe(receiver.received[1]?.event.id);
});

test('dropped ones never come, and are listed as not delivered', async () => {
  await control('POST', '/webhooks', { drop: 1 });
  const { id } = await stripe.customers.create();
  sim.advance(10 * 86_400);
  await sim.flush();
  expect(receiver.received).toEqual([]);
  const { data } = await stripe.events.list({ delivery_success: false, limit: 1 });
  expect(data[0]).toMatchObject({ type: 'customer.created', data: { object: { id } } });
});

test('a delivery that is signed with another secret is refused and comes again', async () => {
  await control('POST', '/webhooks', { missign: 1 });
  await stripe.customers.create();
  await sim.flush();
  expect(receiver.received.map(({ isSigned }) => isSigned)).toEqual([false]);
  await control('POST', '/webhooks', { missign: 0 });
  await control('POST', '/clock', { advance: 60 });
  expect(receiver.received.map(({ isSigned }) => isSigned)).toEqual([false, true]);
});

test('shuffled, they come in another order', async () => {
  await control('POST', '/webhooks', { shuffle: true, delay: 1, delay_seconds: 60 });
  const { id } = await customerWith(stripe, 'pm_card_visa');
  const draft = await draftOf(stripe, id);
  await stripe.invoices.pay(draft.id);
  sim.advance(60);
  await sim.flush();
  const created = receiver.received.map(({ event }) => event.id);
  const asMade = [...sim.world.tables.event.keys()].filter((each) => created.includes(each));
  expect(created.toSorted()).toEqual(asMade.toSorted());
  expect(created).not.toEqual(asMade);
});

test('one may come before the answer, and its receiver may ask meanwhile', async () => {
  await control('POST', '/webhooks', { before_reply: true });
  let isAnswered = false;
  const seen: boolean[] = [];
  receiver.onEvent = async (event) => {
    await stripe.events.retrieve(event.id);
    seen.push(isAnswered);
  };
  await stripe.customers.create();
  isAnswered = true;
  expect(seen).toEqual([false]);
});

test('while a secret is rolled both sign; then the old one does no more', async () => {
  const [old] = receiver.secrets;
  const { secret } = await control('POST', `/webhook_endpoints/${endpoint.id}/roll`, {
    old_for_seconds: 3600,
  });
  for (const each of [old, secret as string]) {
    receiver.secrets = [each!];
    await stripe.customers.create();
    await sim.flush();
    expect(receiver.received.at(-1)?.isSigned).toBe(true);
  }
  sim.advance(3600);
  receiver.secrets = [old!];
  await stripe.customers.create();
  await sim.flush();
  expect(receiver.received.at(-1)?.isSigned).toBe(false);
  receiver.secrets = [secret as string];
});

test('an event is sent again when asked', async () => {
  await stripe.customers.create();
  await sim.flush();
  const { id } = receiver.received[0]!.event;
  await control('POST', `/events/${id}/resend`);
  expect(receiver.received.map(({ event }) => event.id)).toEqual([id, id]);
});

test('a disabled or deleted endpoint gets nothing', async () => {
  await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
  await stripe.customers.create();
  await sim.flush();
  expect(receiver.received).toEqual([]);
  await stripe.webhookEndpoints.update(endpoint.id, { disabled: false });
  const other = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] });
  await stripe.webhookEndpoints.del(other.id);
  await stripe.customers.create();
  await sim.flush();
  expect(receiver.received).toHaveLength(1);
});

test.each([
  ['https://example.com/hook', 'url_invalid'],
  ['http://10.0.0.1/hook', 'url_invalid'],
  ['http://127.0.0.1.example.com/hook', 'url_invalid'],
  ['ftp://127.0.0.1/hook', 'url_invalid'],
  ['nonsense', 'url_invalid'],
])('it delivers to this machine only, not to %s', async (url, code) => {
  const call = stripe.webhookEndpoints.create({ url, enabled_events: ['*'] });
  expect(await refused(call)).toMatchObject({ code, param: 'url' });
});
