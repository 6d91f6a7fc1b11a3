import type { NoticeKind } from '../contract/notice.ts';
import type { Query, Sql, Tx } from '../kit/database.ts';
import type { NewNotice } from './record.ts';

/** False where the customer was told already. */
export async function insertNotice(tx: Tx, id: string, notice: NewNotice): Promise<boolean> {
  const { customerId, kind, subject, title, body, path, detail, at } = notice;
  const rows = await tx`
    insert into notices (id, customer_id, kind, subject, title, body, path, detail, at)
    values (${id}, ${customerId}, ${kind}, ${subject}, ${title}, ${body}, ${path},
            ${tx.json(detail)}, ${new Date(at)})
    on conflict on constraint notices_once do nothing returning id`;
  return rows.length === 1;
}

export type NewLetter = { id: string; address: string };

/** Letters of a notice; with `said` those that are not to be sent, and why. */
export async function insertLetters(
  tx: Tx,
  noticeId: string,
  letters: readonly (NewLetter & { said: string | null })[],
): Promise<void> {
  if (letters.length === 0) return;
  const rows = letters.map(({ id, address, said }) => ({
    id,
    address,
    said,
    notice_id: noticeId,
    state: said === null ? 'waiting' : 'refused',
  }));
  await tx`insert into notice_letters ${tx(rows)}`;
}

/**
 * Which of these addresses nobody has confirmed to be theirs, and got so many letters since then
 * (an id), of whatever customers. Letters that are written at the same moment are not seen.
 */
export async function crowdedOf(
  sql: Query,
  addresses: readonly string[],
  { since, most }: { since: string; most: number },
): Promise<Set<string>> {
  const rows = await sql<{ address: string }[]>`
    select address from unnest(${[...addresses]}::text[]) asked (address)
     where not exists (select from users where email = address and email_verified)
       and (select count(*) from (select from notice_letters sent
                                   where sent.address = asked.address and id > ${since}
                                     and state <> 'refused' limit ${most}) sent) >= ${most}`;
  return new Set(rows.map(({ address }) => address));
}

const ASKED_MAX = 500;

/** Letters that nobody was asked to send yet, and are asked for with this transaction. */
export async function askWaiting(tx: Tx): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    update notice_letters set state = 'asked' where id in (
      select id from notice_letters where state = 'waiting' order by id limit ${ASKED_MAX}
         for update skip locked)
    returning id`;
  return rows.map(({ id }) => id);
}

export type LetterToSend = {
  id: string;
  notice_id: string;
  customer_id: string;
  customer_name: string;
  address: string;
  kind: NoticeKind;
  title: string;
  body: string;
  path: string;
};

/** Writes down that a try begins. Undefined where there is nothing to be sent any more. */
export async function beginTry(sql: Sql, id: string): Promise<LetterToSend | undefined> {
  const [row] = await sql<LetterToSend[]>`
    with begun as (
      update notice_letters
         set unsure = unsure or state = 'sending', state = 'sending', tries = tries + 1
       where id = ${id} and state in ('waiting', 'asked', 'sending')
      returning id, notice_id, address)
    select begun.id, notice_id, customer_id, customers.name as customer_name, address, kind, title,
           body, path
      from begun join notices on notices.id = notice_id
      join customers on customers.id = customer_id`;
  return row;
}

export type TryEnd =
  | { state: 'sent'; at: Date }
  /** To be tried again, or never. */
  | { state: 'asked' | 'refused'; said: string; unsure: boolean };

/** Writes down how the try ended. */
export async function endTry(sql: Query, id: string, end: TryEnd): Promise<void> {
  const isSent = end.state === 'sent';
  await sql`
    update notice_letters
       set state = ${end.state}, sent_at = ${isSent ? end.at : null},
           said = ${isSent ? null : end.said}, unsure = unsure or ${!isSent && end.unsure}
     where id = ${id} and state = 'sending'`;
}

/** Forgets e-mails of notices from before then that nobody sends any more. Out: how many. */
export async function forgetLetters(sql: Sql, before: Date, limit: number): Promise<number> {
  const gone = await sql`
    delete from notice_letters where id in (
      select letter.id from notices join notice_letters letter on letter.notice_id = notices.id
       where at < ${before} and state in ('sent', 'refused') limit ${limit})`;
  return gone.count;
}
