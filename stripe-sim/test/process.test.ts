import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type Stripe from 'stripe';
import { afterAll, expect, test } from 'vitest';
import { portOf } from '../src/config.ts';
import { restoreState, stateOf } from '../src/control/state.ts';
import { snapshotOf } from '../src/control/snapshot.ts';
import { createSim } from '../src/sim.ts';
import { clientOf, customerWith, draftOf, startSim } from './rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'stripe-sim-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(
  env: Record<string, string> = {},
): Promise<{ child: ChildProcess; stripe: Stripe; end: () => Promise<unknown[]> }> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], { env: { STRIPE_SIM_PORT: '0', ...env } });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const port = Number(/127\.0\.0\.1:(\d+)$/.exec(line)?.[1]);
  const end = (): Promise<unknown[]> => {
    child.kill('SIGTERM');
    return once(child, 'exit');
  };
  return { child, stripe: clientOf(port), end };
}

test('runs as a process by the machine’s time, and ends when it is told to', async () => {
  const { stripe, end } = await run();
  const { id, created } = await stripe.customers.create({ name: 'Acme' });
  expect(id).toMatch(/^cus_/);
  expect(Math.abs(created - Date.now() / 1000)).toBeLessThan(60);
  expect(await end()).toEqual([0, null]);
});

test('with a file it goes on where it ended: objects, keys, and no id twice', async () => {
  const state = { STRIPE_SIM_STATE: join(folder, 'state.json') };
  const first = await run(state);
  const made = await first.stripe.customers.create({ name: 'Acme' }, { idempotencyKey: 'mine' });
  await first.end();
  const second = await run(state);
  expect(await second.stripe.customers.retrieve(made.id)).toMatchObject({ name: 'Acme' });
  const again = await second.stripe.customers.create({ name: 'Acme' }, { idempotencyKey: 'mine' });
  expect(again.id).toBe(made.id);
  const other = await second.stripe.customers.create({ name: 'Acme' });
  expect(other.id).not.toBe(made.id);
  await second.end();
  expect(readFileSync(state.STRIPE_SIM_STATE, 'utf8')).toContain(other.id);
});

test('a file that is damaged is not taken for an empty one', async () => {
  const path = join(folder, 'damaged.json');
  writeFileSync(path, '{"tables":');
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const env = { STRIPE_SIM_PORT: '0', STRIPE_SIM_STATE: path };
  const child = spawn(process.execPath, [main], { env });
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(readFileSync(path, 'utf8')).toBe('{"tables":');
});

test('a state is whole: what is put back goes on as the original does', async () => {
  const { sim, stripe } = await startSim();
  const { id } = await customerWith(stripe, 'pm_card_chargeCustomerFail');
  await stripe.customers.update(id, { metadata: { $map: 'x', $set: 'y' } });
  const draft = await draftOf(stripe, id, { auto_advance: true });
  sim.advance(3600);
  const twin = createSim();
  restoreState(twin.world, stateOf(sim.world));
  expect(snapshotOf(twin.world)).toEqual(snapshotOf(sim.world));
  for (const each of [sim, twin]) {
    each.advance(3 * 86_400);
    expect(each.world.tables.invoice.get(draft.id)).toMatchObject({ attempt_count: 2 });
  }
  expect(snapshotOf(twin.world)).toEqual(snapshotOf(sim.world));
});

test.each([['65536'], ['-1'], ['x'], ['']])('refuses the port %j', (port) => {
  expect(() => portOf({ STRIPE_SIM_PORT: port })).toThrow('STRIPE_SIM_PORT is no port');
});
