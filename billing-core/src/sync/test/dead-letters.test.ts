import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { encodeBatch, type UsageBatch } from '../../contract/usage-batch.ts';
import { openCore, type Answer, type Core } from '../../test/core.ts';
import { synchronise, type SyncMessage } from '../actions.ts';
import { envelopeOf, messageOf, usageOf } from './ledger.ts';

let core: Core;
let boot = '';
let boots = 0;
const window = 'the window it was spent in';
beforeAll(async () => {
  core = await openCore();
});
beforeEach(() => {
  boots += 1;
  boot = `bt_${boots}`;
});
afterAll(() => core.close());

const sync = (message: SyncMessage) =>
  core.sql.begin((tx) => synchronise(tx, message, core.clock.now));

/** A batch that this core cannot read yet, as one of a later format would be. */
async function letter(batch: UsageBatch = usageOf(6)): Promise<void> {
  const answer = await sync({ ...messageOf(boot, 1, batch), poison: 'format 2 is not known' });
  expect(answer).toMatchObject({ batch: { status: 'dead_letter' } });
}

const path = (what: string, sequence = 1): string =>
  `/v1/usage/dead-letters/gw_test/${boot}/${sequence}/${what}`;
const resolve = (what: string, body?: object): Promise<Answer> =>
  core.admin('POST', path(what), body);

async function recorded(): Promise<number> {
  const [row] = await core.sql`
    select coalesce(sum(requests), 0)::int as sum from usage_entries where boot_id = ${boot}`;
  return row?.['sum'] as number;
}

test('an admin reads what came, records it once it can be read, and only once', async () => {
  const spent = [{ window, settled: 0, unleased: 6, overdrawn: 0 }];
  const batch = { ...usageOf(6), spent };
  await letter(batch);
  const bytes = await core.admin('GET', path('content'));
  expect(bytes.text).toBe(Buffer.from(encodeBatch(batch)).toString());
  expect((await resolve('record')).body).toEqual({
    gateway: 'gw_test',
    boot,
    sequence: 1,
    resolution: 'recorded',
  });
  expect(await recorded()).toBe(6);
  const [settled] = await core.sql`select unleased from lease_settlements
    where window_id = ${window} and boot_id = ${boot}`;
  expect(settled?.['unleased']).toBe(6n);
  expect((await resolve('record')).status).toBe(409);
  expect((await resolve('discard', { note: 'no' })).status).toBe(409);
  // The batch is a batch like any other now: its gateway may send it again.
  expect((await sync(messageOf(boot, 1, batch))).batch).toMatchObject({ status: 'repeated' });
  expect(await recorded()).toBe(6);
  const list = await core.admin('GET', '/v1/usage/dead-letters');
  expect(list.body['data'][0]).toMatchObject({ boot, resolution: 'recorded', note: null });
  expect((await core.admin('GET', `/v1/audit?subject_id=${boot}`)).text).toContain(
    'dead_letter.record',
  );
});

test('what still cannot be read stays as it is, and the answer says why', async () => {
  const broken = usageOf(1);
  broken.columns.quantity = [-1];
  await sync(messageOf(boot, 1, broken));
  const { status, body } = await resolve('record');
  expect([status, body['code']]).toEqual([409, 'state_conflict']);
  expect(body['detail']).toContain('quantity');
  expect(await recorded()).toBe(0);
  expect((await resolve('discard', { note: 'written by a test' })).status).toBe(200);
});

test('what the database would not have is refused again in the same words', async () => {
  const message = messageOf(boot, 1, usageOf(1));
  const { batch } = message.envelope;
  const envelope = envelopeOf(boot, { batch: batch && { ...batch, first_frame: 9 } });
  await sync({ ...message, envelope, poison: 'the database refuses it: check' });
  const { status, body } = await resolve('record');
  expect([status, body['detail']]).toEqual([409, expect.stringContaining('refuses it')]);
  expect(await recorded()).toBe(0);
});

test('a discarded letter is a gap with its reason, and is kept whole', async () => {
  await letter();
  expect((await resolve('discard', {})).status).toBe(400);
  const note = 'Made by a gateway under test';
  expect((await resolve('discard', { note })).body['resolution']).toBe('discarded');
  const [gap] = await core.sql`select reason from usage_gaps where boot_id = ${boot}`;
  expect(gap?.['reason']).toBe('discarded_batch_1');
  expect((await core.admin('GET', path('content'))).status).toBe(200);
  const list = await core.admin('GET', '/v1/usage/dead-letters');
  expect(list.body['data'][0]).toMatchObject({ boot, resolution: 'discarded', note });
});

test('a boot with an unread letter gives nothing back: nobody knows what was spent', async () => {
  const end = { kind: 'seal' as const, in_doubt: 0 };
  const seal = () => sync({ envelope: envelopeOf(boot, { end }), bytes: new Uint8Array() });
  await letter();
  expect((await seal()).boot_state).toBe('forfeited');
  boot = `${boot}_read`;
  await letter();
  await resolve('record');
  expect((await seal()).boot_state).toBe('sealed');
});

test('a boot with lost batches gives nothing back either', async () => {
  const skip = { first: 1, last: 2 };
  const message = messageOf(boot, 3, usageOf(1));
  await sync({ ...message, envelope: { ...message.envelope, skip } });
  const end = { kind: 'seal' as const, in_doubt: 0 };
  const sealed = await sync({ envelope: envelopeOf(boot, { end }), bytes: new Uint8Array() });
  expect(sealed.boot_state).toBe('forfeited');
});

test('a boot that answered requests it could not record gives nothing back either', async () => {
  const gaps = [{ reason: 'unrecorded_requests', first_frame: 8, last_frame: 9 }];
  await sync({ envelope: envelopeOf(boot, { gaps }), bytes: new Uint8Array() });
  const end = { kind: 'seal' as const, in_doubt: 0 };
  const sealed = await sync({ envelope: envelopeOf(boot, { end }), bytes: new Uint8Array() });
  expect(sealed.boot_state).toBe('forfeited');
});

test.each(['content', 'record', 'discard'])(
  '%s of a letter that is not there: 404',
  async (what) => {
    const method = what === 'content' ? 'GET' : 'POST';
    const body = what === 'discard' ? { note: 'x' } : undefined;
    expect((await core.admin(method, path(what), body)).status).toBe(404);
  },
);
