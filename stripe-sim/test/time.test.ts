import { expect, test } from 'vitest';
import { customerWith, draftOf, refused, startSim } from './rig.ts';

const { sim, stripe } = await startSim();
const START = 1_790_000_000;
const DAY = 86_400;

test('a test clock moves only its own customers, each event at its own time', async () => {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const { id } = await customerWith(stripe, 'pm_card_chargeCustomerFail', { test_clock: clock.id });
  const elsewhere = await customerWith(stripe, 'pm_card_chargeCustomerFail');
  const mine = await draftOf(stripe, id, { auto_advance: true });
  const other = await draftOf(stripe, elsewhere.id, { auto_advance: true });
  expect(mine).toMatchObject({ created: START, test_clock: clock.id });
  const advancing = await stripe.testHelpers.testClocks.advance(clock.id, {
    frozen_time: START + 5 * DAY,
  });
  expect(advancing).toMatchObject({
    status: 'advancing',
    status_details: { advancing: { target_frozen_time: START + 5 * DAY } },
  });
  expect(await stripe.testHelpers.testClocks.retrieve(clock.id)).toMatchObject({
    status: 'ready',
    frozen_time: START + 5 * DAY,
  });
  expect(await stripe.invoices.retrieve(mine.id)).toMatchObject({ attempt_count: 2 });
  expect(await stripe.invoices.retrieve(other.id)).toMatchObject({ status: 'draft' });
  const failures = await stripe.events.list({ types: ['invoice.payment_failed'] });
  expect(failures.data.map(({ created }) => created - START)).toEqual([3600 + 3 * DAY, 3600]);
});

test('a test clock goes forward only', async () => {
  const { id } = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  for (const frozen_time of [START, START - 1]) {
    expect(await refused(stripe.testHelpers.testClocks.advance(id, { frozen_time }))).toMatchObject(
      { param: 'frozen_time' },
    );
  }
});

test('customers of a test clock are listed when asked for, and go with it', async () => {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const { id } = await stripe.customers.create({ test_clock: clock.id });
  const all = await stripe.customers.list({ limit: 100 });
  expect(all.data.map((each) => each.id)).not.toContain(id);
  const mine = await stripe.customers.list({ test_clock: clock.id });
  expect(mine.data.map((each) => each.id)).toEqual([id]);
  await stripe.testHelpers.testClocks.del(clock.id);
  expect(await refused(stripe.customers.retrieve(id))).toMatchObject({ statusCode: 404 });
});

test('events are snapshots, listed newest first, by type and time', async () => {
  const { id } = await stripe.customers.create({ name: 'First' });
  sim.advance(10);
  await stripe.customers.update(id, { name: 'Second' });
  const { data } = await stripe.events.list({ types: ['customer.created', 'customer.updated'] });
  expect(data[0]).toMatchObject({ type: 'customer.updated', api_version: '2026-10-28.endive' });
  const made = data.find(({ type }) => type === 'customer.created');
  expect(made?.data.object).toMatchObject({ id, name: 'First' });
  expect(await stripe.events.retrieve(made!.id)).toMatchObject({ type: 'customer.created' });
  const late = await stripe.events.list({ created: { gte: sim.world.clock.now() } });
  expect(late.data.map(({ type }) => type)).toEqual(['customer.updated']);
  const family = await stripe.events.list({ type: 'customer.*', limit: 100 });
  expect(family.data.every(({ type }) => type.startsWith('customer.'))).toBe(true);
});

test('the same seed and the same requests give the same ids', async () => {
  const twins = [await startSim({ seed: 'twin' }), await startSim({ seed: 'twin' })];
  const ids = [];
  for (const { stripe: client } of twins) {
    const { id } = await customerWith(client, 'pm_card_visa');
    const draft = await draftOf(client, id);
    ids.push([id, draft.id, draft.lines.data[0]?.id]);
  }
  expect(ids[0]).toEqual(ids[1]);
  const other = await (await startSim({ seed: 'other' })).stripe.customers.create();
  expect(other.id).not.toBe(ids[0]?.[0]);
});
