import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Log } from './log.ts';

export type Letter = { to: string; subject: string; text: string };
/** One whose sender waits for it: sent again it is the same message. */
export type DirectLetter = Letter & { messageId: string };

/** The mail server refuses this letter, and would refuse it again. */
export class LetterRefused extends Error {}

export interface Mail {
  /** Sends it behind the request: nobody waits, and nobody can tell by time that it went. */
  send(letter: Letter): void;
  /**
   * Resolves when the mail server has taken it. Throws what went wrong: LetterRefused where it
   * would again, LetterUnsure where it may have been taken.
   */
  deliver(letter: DirectLetter): Promise<void>;
  /** Resolves when what was handed over has left, or has failed and was logged. */
  settled(): Promise<void>;
}

export type MailSettings = {
  smtpUrl: string | undefined;
  mailDir: string | undefined;
  from: string;
  /** What stands below each letter; left out, or where it cannot be read, nothing does. */
  footer?: () => Promise<string>;
  log: Log;
};

const SMTP_TIMEOUT_MS = 20_000;

type Deliver = (letter: Letter & { messageId?: string }) => Promise<unknown>;

/** Nobody knows whether the mail server has taken this letter: it fell silent. */
export class LetterUnsure extends Error {}

/** Whether a connection ended that there was: before there is one, nothing was sent. */
function isUnsure(error: unknown): boolean {
  const { syscall, responseCode, code } = error as NodeJS.ErrnoException & {
    responseCode?: number;
  };
  if (responseCode !== undefined || code === 'EAUTH' || code === 'EDNS') return false;
  return syscall !== 'connect' && syscall !== 'getaddrinfo';
}

/** Whether an address or the message itself was refused for good: not the sign-in, nor for now. */
function isForGood(error: unknown): boolean {
  const { code, responseCode = 0 } = error as { code?: string; responseCode?: number };
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode >= 500;
}

function bySmtp(url: string, from: string): Deliver {
  const timeouts = { connectionTimeout: SMTP_TIMEOUT_MS, socketTimeout: SMTP_TIMEOUT_MS };
  const transport = createTransport({ url, ...timeouts });
  return (letter) => transport.sendMail({ from, ...letter });
}

// Without a mail server an operator finds the letter in the log, and tests find it in a folder.
function byHand({ from, log, mailDir }: MailSettings): Deliver {
  return async (letter) => {
    log.info({ mail: { from, ...letter } }, 'mail not sent: SMTP_URL is not set');
    if (mailDir === undefined) return;
    await mkdir(mailDir, { recursive: true });
    const name = `${process.hrtime.bigint()}-${randomBytes(4).toString('hex')}.json`;
    await writeFile(join(mailDir, name), JSON.stringify({ from, ...letter }), { mode: 0o600 });
  };
}

/** A letter that cannot be signed goes all the same. */
function signed({ footer, log }: MailSettings, deliver: Deliver): Deliver {
  if (footer === undefined) return deliver;
  return async (letter) => {
    const below = await footer().catch((err: unknown) => {
      log.warn({ err }, 'what stands below letters cannot be read');
      return '';
    });
    return deliver({ ...letter, text: letter.text + below });
  };
}

/** Opens the way letters leave: SMTP, or the log and MAIL_DIR when there is no SMTP_URL. */
export function openMail(settings: MailSettings): Mail {
  const { smtpUrl, from, log } = settings;
  const deliver = signed(
    settings,
    smtpUrl === undefined ? byHand(settings) : bySmtp(smtpUrl, from),
  );
  const underway = new Set<Promise<void>>();
  return {
    send(letter) {
      const sent = deliver(letter)
        .then(() => undefined)
        .catch((err: unknown) => log.error({ err, subject: letter.subject }, 'mail failed'))
        .finally(() => underway.delete(sent));
      underway.add(sent);
    },
    deliver: async (letter) => {
      await deliver(letter).catch((error: unknown) => {
        const { message } = error as Error;
        if (isForGood(error)) throw new LetterRefused(message);
        throw isUnsure(error) ? new LetterUnsure(message, { cause: error }) : error;
      });
    },
    settled: async () => void (await Promise.all(underway)),
  };
}
