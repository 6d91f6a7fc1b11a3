import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { clientOf, startSim } from './rig.ts';

const { sim, stripe, ask } = await startSim();
const countOf = (name: string): number =>
  [...sim.world.tables.product.values()].filter((each) => each.name === name).length;

test('the same key and parameters replay the first status and body, and make nothing', async () => {
  const first = await ask('POST', '/v1/products', { name: 'once' }, 'key-1');
  const second = await ask('POST', '/v1/products', { name: 'once' }, 'key-1');
  expect(first.headers.get('idempotent-replayed')).toBe(null);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(second.headers.get('original-request')).toBe(first.headers.get('request-id'));
  expect(second.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
  expect(second.headers.get('idempotency-key')).toBe('key-1');
  expect(await second.text()).toBe(await first.text());
  expect(countOf('once')).toBe(1);
});

test('a replay answers what was then, not what is now', async () => {
  const product = await stripe.products.create({ name: 'was' }, { idempotencyKey: 'then' });
  await stripe.products.update(product.id, { name: 'is' });
  const replayed = await stripe.products.create({ name: 'was' }, { idempotencyKey: 'then' });
  expect(replayed).toMatchObject({ id: product.id, name: 'was' });
});

test('other parameters or another endpoint under the same key are refused', async () => {
  await stripe.products.create({ name: 'a' }, { idempotencyKey: 'mine' });
  const other = stripe.products.create({ name: 'b' }, { idempotencyKey: 'mine' });
  await expect(other).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  await expect(
    stripe.customers.create({ name: 'a' }, { idempotencyKey: 'mine' }),
  ).rejects.toMatchObject({ statusCode: 400, rawType: 'idempotency_error' });
  expect(countOf('b')).toBe(0);
});

test('a failure that came of execution is replayed, too', async () => {
  const make = (): Promise<Stripe.Product> =>
    stripe.products.create({ id: 'mine', name: 'x' }, { idempotencyKey: 'twice' });
  await stripe.products.create({ id: 'mine', name: 'x' });
  await expect(make()).rejects.toMatchObject({ code: 'resource_already_exists' });
  await stripe.products.del('mine');
  await expect(make()).rejects.toMatchObject({ code: 'resource_already_exists' });
});

test('a failed validation is not kept: the key is free for a request that is right', async () => {
  expect((await ask('POST', '/v1/products', { nme: 'x' }, 'typo')).status).toBe(400);
  const right = await ask('POST', '/v1/products', { name: 'right' }, 'typo');
  expect(right.status).toBe(200);
  expect(right.headers.get('idempotent-replayed')).toBe(null);
});

test('while the first request is in flight another is a conflict and makes nothing', async () => {
  const hang = { fault: 'hang', path: '/v1/products', after: 0, times: 1, probability: 1 } as const;
  sim.faults.rules.push({ ...hang, ms: 200, matched: 0, hit: 0 });
  const slow = ask('POST', '/v1/products', { name: 'flight' }, 'flight');
  await expect.poll(() => sim.world.answers.has('flight')).toBe(true);
  const early = await ask('POST', '/v1/products', { name: 'flight' }, 'flight');
  expect(early.status).toBe(409);
  expect(early.headers.get('stripe-should-retry')).toBe('true');
  expect(await early.json()).toMatchObject({
    error: { type: 'idempotency_error', code: 'idempotency_key_in_use' },
  });
  expect((await slow).status).toBe(200);
  const late = await ask('POST', '/v1/products', { name: 'flight' }, 'flight');
  expect(late.headers.get('idempotent-replayed')).toBe('true');
  expect(countOf('flight')).toBe(1);
});

test('the SDK gets past a conflict by its own retries', async () => {
  const hang = { fault: 'hang', path: '/v1/products', after: 0, times: 1, probability: 1 } as const;
  sim.faults.rules.push({ ...hang, ms: 150, matched: 0, hit: 0 });
  const port = Number(new URL(sim.world.baseUrl).port);
  const make = (retries: number): Promise<Stripe.Product> =>
    clientOf(port, { maxNetworkRetries: retries }).products.create(
      { name: 'pair' },
      { idempotencyKey: 'pair' },
    );
  const [one, two] = await Promise.all([make(0), make(3)]);
  expect(two.id).toBe(one.id);
  expect(countOf('pair')).toBe(1);
});

test('a key is forgotten after 24 hours of simulated time, and not before', async () => {
  const name = { name: 'day' };
  const first = await stripe.products.create(name, { idempotencyKey: 'day' });
  sim.world.clock.moveTo(sim.world.clock.now() + 24 * 3600 - 1);
  expect((await stripe.products.create(name, { idempotencyKey: 'day' })).id).toBe(first.id);
  sim.world.clock.moveTo(sim.world.clock.now() + 1);
  expect((await stripe.products.create(name, { idempotencyKey: 'day' })).id).not.toBe(first.id);
});

test('a key of more than 255 characters is refused', async () => {
  expect((await ask('POST', '/v1/products', { name: 'x' }, 'k'.repeat(256))).status).toBe(400);
  expect((await ask('POST', '/v1/products', { name: 'x' }, 'k'.repeat(255))).status).toBe(200);
});
