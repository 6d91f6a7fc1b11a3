import type { Kit } from '../kit/http.ts';
import { poisonOf } from '../usage/dead-letters.ts';
import { settle, Unsettled } from '../usage/recovery.ts';
import { synchronise, type Synced, type SyncMessage } from './actions.ts';

type TakeKit = Pick<Kit, 'sql' | 'clock' | 'log'>;

const once = ({ sql, clock }: TakeKit, message: SyncMessage): Promise<Synced> =>
  sql.begin((tx) => synchronise(tx, message, clock())) as Promise<Synced>;

/** When the message tells of a later state than the database is in, that is settled first. */
async function settled(kit: TakeKit, message: SyncMessage): Promise<Synced> {
  try {
    return await once(kit, message);
  } catch (error) {
    if (!(error instanceof Unsettled)) throw error;
    const began = await kit.sql.begin((tx) => settle(tx, error));
    if (began !== undefined) kit.log.error({ recovery: began }, 'the database has gone back');
    return once(kit, message);
  }
}

/**
 * Takes a message in: one transaction, in which all of it happens or nothing. A batch that the
 * database would never have comes a second time, as a dead letter.
 */
export async function take(kit: TakeKit, message: SyncMessage): Promise<Synced> {
  try {
    return await settled(kit, message);
  } catch (error) {
    const { batch } = message.envelope;
    const poison = batch === null ? undefined : poisonOf(error);
    if (poison === undefined) throw error;
    kit.log.error({ err: error, sequence: batch?.sequence }, 'a batch is poison');
    return settled(kit, { ...message, poison });
  }
}
