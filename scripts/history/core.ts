import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { SyncAnswer } from '../../billing-core/src/contract/sync.ts';
import { dunAll } from '../../billing-core/src/invoicing/dun-run.ts';
import { runClosing } from '../../billing-core/src/invoicing/jobs.ts';
import { settleDue } from '../../billing-core/src/subscriptions/due.ts';
import { foldHours } from '../../billing-core/src/usage/fold.ts';
import { rollOnce } from '../../billing-core/src/usage/roller.ts';
import { comparedIn, giveCard, openRig, type Rig } from '../../billing-core/test/stripe/rig.ts';
import { openStateFile } from '../../stripe-sim/src/control/state.ts';
import { databaseLike, nameOfDatabase, testDatabase } from '../test/database.ts';
import { testFolder } from '../test/folder.ts';
import { oncePerRun } from '../test/once.ts';
import { END, liveThrough, START, type Lived } from './days.ts';
import type { World } from './shop.ts';

const NEVER = new AbortController().signal;

export type History = Lived & {
  rig: Rig;
  /** What a test does next in the same way. */
  world: World;
  close(): Promise<void>;
};

/**
 * A core and a local Stripe with forty-one days behind them, at END: a copy of those that the first
 * file of a run lives through.
 * @param publicUrl where the portal is, if there is one: writes with a cookie come from there.
 */
export async function openHistory(publicUrl?: string): Promise<History> {
  const folder = await oncePerRun('history', liveOnce);
  const { database, ...lived } = JSON.parse(readFileSync(bookOf(folder), 'utf8')) as Book;
  const own = await databaseLike(database);
  const state = join(testFolder('stripe'), 'stripe.json');
  copyFileSync(stateOf(folder), state);
  // Another seed: what is made from now on is another thing.
  const rig = await openRig('after the history', { publicUrl, own, state });
  rig.core.clock.now = END;
  const close = async (): Promise<void> => {
    await rig.close();
    await own.drop();
  };
  return { ...lived, rig, world: await worldOf(rig), close };
}

type Book = Lived & { database: string };
const bookOf = (folder: string): string => join(folder, 'lived.json');
const stateOf = (folder: string): string => join(folder, 'stripe.json');

async function liveOnce(folder: string): Promise<void> {
  const own = await testDatabase();
  const rig = await openRig('history', { own });
  rig.core.clock.now = START;
  const lived = await liveThrough(await worldOf(rig));
  await comparedIn(rig);
  openStateFile(rig.sim.world, stateOf(folder)).save();
  await rig.close();
  await own.sql.end();
  const book: Book = { ...lived, database: nameOfDatabase(own) };
  writeFileSync(bookOf(folder), JSON.stringify(book));
}

async function worldOf(rig: Rig): Promise<World> {
  const { core, kit } = rig;
  const token = await core.mint(['sync']);
  const { sql, log } = kit;
  const now = (): number => core.clock.now;
  return {
    now,
    async call<Body>(method: string, path: string, body?: object): Promise<Body> {
      const answer = await core.admin(method, `/v1${path}`, body);
      expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
      return answer.body as Body;
    },
    async sync(body) {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await core.call('POST', '/internal/v1/sync', { body, headers });
      expect(answer.status, answer.text).toBe(200);
      return answer.body as unknown as SyncAnswer;
    },
    async go(to) {
      if (to > now()) rig.pass(to - now());
      await settleDue({ sql, clock: now, log });
    },
    async settle() {
      while ((await rollOnce(sql)) > 0);
      while (await foldHours(sql, now()));
      const send = async (): Promise<void> => {};
      await runClosing({ sql, log, send, now: now() }, NEVER);
      await dunAll({ sql, log, now: now() }, NEVER);
      await rig.settle();
    },
    giveCard: (id, card) => giveCard(rig, { id, card }),
  };
}
