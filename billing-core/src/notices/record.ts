import type { NoticeKind } from '../contract/notice.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Tx } from '../kit/database.ts';
import { newId } from '../kit/id.ts';
import { mailedTo } from './settings-store.ts';
import { crowdedOf, insertLetters, insertNotice } from './store.ts';

/** Anybody can name an address in the portal: one that nobody confirmed gets no more in a day. */
const UNCONFIRMED_A_DAY_MAX = 100;
const CROWDED = `not sent: ${UNCONFIRMED_A_DAY_MAX} e-mails in a day to an unconfirmed address`;

/** What is to be told a customer. */
export type NewNotice = {
  customerId: string;
  kind: NoticeKind;
  /** What it is about, once for ever: a window and a share of it, an invoice and a step. */
  subject: string;
  /** One line. */
  title: string;
  /** Lines of text, without a greeting or an end. */
  body: string;
  /** Where the portal has more of it, below the customer ('/invoices/inv_…'); empty: nowhere. */
  path: string;
  /** What the words are made of, for programs. */
  detail: Readonly<Record<string, string>>;
  /** When it became so, epoch ms. */
  at: number;
};

/**
 * Tells a customer something, in the portal and by e-mail, in the transaction of the fact. Of many
 * that tell the same at once, one does.
 * @returns its id; undefined where the customer was told already.
 */
export async function recordNotice(tx: Tx, notice: NewNotice): Promise<string | undefined> {
  const id = newId('ntc', notice.at);
  if (!(await insertNotice(tx, id, notice))) return undefined;
  const addresses = await mailedTo(tx, notice.customerId, notice.kind);
  const since = newId('ntl', notice.at - DAY_MS);
  const crowded = await crowdedOf(tx, addresses, { since, most: UNCONFIRMED_A_DAY_MAX });
  await insertLetters(
    tx,
    id,
    addresses.map((address) => {
      const said = crowded.has(address) ? CROWDED : null;
      return { id: newId('ntl', notice.at), address, said };
    }),
  );
  return id;
}
