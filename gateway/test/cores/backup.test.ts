import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Reconciliation } from '../../../billing-core/src/contract/reconciliation.ts';
import { Cluster } from './cluster.ts';
import { Shop } from './shop.ts';

// docs/deploy/backup.md: a backup is taken while usage comes in, the machine of the database is
// lost, and the backup takes its place.

const TEST_MS = 240_000;
const LIMIT = 700;
const PATIENT = { timeout: 60_000, interval: 100 };

let cluster: Cluster;
let shop: Shop;
beforeAll(async () => {
  cluster = await Cluster.open();
  shop = await Shop.open(cluster.url, () => cluster.url);
  await shop.sell(LIMIT);
  await Promise.all([shop.startGateway(0), shop.startGateway(1)]);
}, TEST_MS);
afterAll(async () => {
  await shop.close();
  await cluster.kill();
}, TEST_MS);

async function reconcile(): Promise<Reconciliation> {
  const { id } = await shop.api<{ id: string }>('/reconciliations', {});
  return vi.waitFor(async () => {
    const run = await shop.api<Reconciliation>(`/reconciliations/${id}`);
    expect(run.state).not.toBe('running');
    return run;
  }, PATIENT);
}

test(
  'after a restore the ledger has all that was served since the backup, and all books agree',
  async () => {
    let served = await shop.serve(100);
    const copy = await cluster.backup(async () => {
      served += await shop.serve(100);
    });
    served += await shop.serve(100);
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(served), PATIENT);

    await shop.killCore();
    await cluster.kill();
    cluster.putBack(copy);
    await cluster.start();
    const inBackup = await shop.recorded();
    expect(inBackup).toBeLessThan(served);
    expect(await shop.command('declare-restore.ts')).toMatch(/^recovery \d+ has begun/);
    await shop.startCore();

    served += await shop.exhaust();
    await vi.waitFor(async () => expect(await shop.recorded()).toBe(served), PATIENT);
    expect({ served, reached: shop.reached }).toEqual({ served: LIMIT, reached: LIMIT });
    const { state, stages } = await reconcile();
    expect({ state, stages }).toMatchObject({ state: 'clean' });
    expect(stages.find(({ stage }) => stage === 'ledger')).toMatchObject({
      here: `${LIMIT} requests`,
      there: `${LIMIT} requests`,
      differing: 0,
    });
    process.stdout.write(`${inBackup} of ${served} were in the backup; all are in the ledger\n`);
  },
  TEST_MS,
);
