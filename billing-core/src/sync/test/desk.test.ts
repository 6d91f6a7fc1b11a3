import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { NO_DESK, type DeskAnswer, type DeskQuestion } from '../../quotas/rate-desk.ts';
import { openCore, type Answer, type Core } from '../../test/core.ts';
import type { SyncEnvelope } from '../../contract/sync.ts';
import { envelopeOf } from './ledger.ts';

let core: Core;
let token = '';
let says: DeskAnswer = NO_DESK;
let asked: DeskQuestion[] = [];
beforeAll(async () => {
  const ask = async (question: DeskQuestion): Promise<DeskAnswer> => {
    asked.push(question);
    return says;
  };
  core = await openCore({ rates: { ask } });
  token = await core.mint(['sync']);
});
beforeEach(() => {
  asked = [];
  says = NO_DESK;
});
afterAll(() => core.close());

const sync = (boot: string, more: Partial<SyncEnvelope>): Promise<Answer> =>
  core.call('POST', '/internal/v1/sync', {
    body: `${JSON.stringify(envelopeOf(boot, more))}\n`,
    headers: { authorization: `Bearer ${token}` },
  });

test('what comes twice or late is no news of rates: a new desk must not believe it', async () => {
  for (const message of [5, 3, 5, 6]) await sync('bt_late', { message });
  expect(asked.map(({ message }) => message)).toEqual([5, 6]);
});

test('the desk hears who speaks, and that a boot has ended', async () => {
  await sync('bt_old', { message: 7 });
  // A later process that ships what this one left counts its messages anew.
  await sync('bt_old', { message: 1, by: 'bt_new' });
  await sync('bt_old', { message: 2, by: 'bt_new', end: { kind: 'seal', in_doubt: 0 } });
  expect(asked).toMatchObject([
    { own: true, over: false },
    { own: false, over: false },
    { own: false, over: true },
  ]);
});

test('a copy that ends a boot ends no shares: its process may be using them', async () => {
  await sync('bt_copied', { message: 1 });
  await core.sql`update boots set last_seen_at = last_seen_at - interval '31 seconds'
    where boot_id = 'bt_copied'`;
  const copy = { by: 'bt_copy', fingerprint: 'sp_copy' };
  const end = { kind: 'forfeit', in_doubt: 0 } as const;
  const ended = await sync('bt_copied', { ...copy, message: 1, end });
  expect(ended.body).toMatchObject({ boot_state: 'forfeited' });
  await sync('bt_copied', { ...copy, message: 2 });
  expect(asked).toMatchObject([{ own: true, over: false }]);
  // The process itself has heard of it: from here on it has none.
  await sync('bt_copied', { message: 2 });
  expect(asked.at(-1)).toMatchObject({ own: true, over: true });
});

test('without a desk a sync is answered all the same: no shares, and nobody named', async () => {
  const { status, body } = await sync('bt_alone', { message: 1 });
  expect(status).toBe(200);
  expect(body).toMatchObject({ shares: [], boot_state: 'live' });
  expect(body).not.toHaveProperty('desk');
});

test('what the desk says is passed on, under its number', async () => {
  const share = { customer: 'c', rate: 5, burst: 5, tokens: 1, central: false, retry_in_ms: 0 };
  says = { desk: 7, shares: [share] };
  expect((await sync('bt_told', { message: 1 })).body).toMatchObject({ desk: 7, shares: [share] });
});
