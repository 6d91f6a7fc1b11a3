import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../kit/clock.ts';
import type { Sql } from '../kit/database.ts';
import { openSending, type Job } from '../kit/jobs.ts';
import type { Log } from '../kit/log.ts';
import { LetterRefused, LetterUnsure, type Mail } from '../kit/mail.ts';
import { letterOf } from './letter.ts';
import { Catalog } from './look.ts';
import { LOOK_ONE, lookAround, lookAtOne, Watcher } from './watch.ts';
import { askWaiting, beginTry, endTry } from './store.ts';

/** With pauses up to a quarter of an hour: about a day. */
const RETRIES = 100;
const SECONDS_MAX = 120;
const LOOK_EVERY_MS = 1_000;
const SEND = 'notices.send';
/** About three quarters of an hour. */
const LOOK_RETRIES = 10;

export type NoticesKit = { sql: Sql; clock: Clock; log: Log; mail: Mail; publicUrl: string };

/** Sends one letter. Throws what the mail server said, for another try. */
export async function sendLetter(
  { sql, clock, mail, publicUrl }: NoticesKit,
  id: string,
): Promise<void> {
  const letter = await beginTry(sql, id);
  if (letter === undefined) return;
  try {
    await mail.deliver(letterOf(letter, publicUrl));
  } catch (error) {
    const said = error instanceof Error ? error.message.slice(0, 500) : 'unknown';
    const isRefused = error instanceof LetterRefused;
    const unsure = error instanceof LetterUnsure;
    await endTry(sql, id, { state: isRefused ? 'refused' : 'asked', said, unsure });
    if (isRefused) return;
    throw error;
  }
  await endTry(sql, id, { state: 'sent', at: new Date(clock()) });
}

/** The jobs that send one letter, and look at one customer about whom looking failed. */
export const noticesJobs = (kit: NoticesKit): Job[] => [
  {
    name: SEND,
    retries: RETRIES,
    secondsMax: SECONDS_MAX,
    inSteps: ({ data }) => sendLetter(kit, data['letter_id'] ?? ''),
  },
  {
    name: LOOK_ONE,
    retries: LOOK_RETRIES,
    secondsMax: SECONDS_MAX,
    inOne: ({ tx, data, now }) =>
      lookAtOne(tx, data['customer_id'] ?? '', { now, catalog: new Catalog() }),
  },
];

/** Asks for every letter that waits to be sent: both are written down, or neither. */
export async function askForLetters(sql: Sql, send = openSending(sql)): Promise<number> {
  return sql.begin(async (tx) => {
    const ids = await askWaiting(tx);
    for (const letter_id of ids) await send(tx, SEND, { letter_id });
    return ids.length;
  });
}

/**
 * Looks around for what customers are to be told of, and asks for letters, again and again until
 * stopped; every core may.
 */
export function startNotices({ sql, clock, log }: Pick<NoticesKit, 'sql' | 'clock' | 'log'>) {
  const send = openSending(sql);
  const watching = { sql, clock, log, send, watcher: new Watcher() };
  const stopped = new AbortController();
  const { signal } = stopped;
  const repeat = async (): Promise<void> => {
    while (!signal.aborted) {
      await lookAround(watching)
        .then(() => askForLetters(sql, send))
        .catch((err: unknown) => log.error({ err }, 'notices failed'));
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  };
  const ended = repeat();
  return {
    stop: (): Promise<void> => {
      stopped.abort();
      return ended;
    },
  };
}
