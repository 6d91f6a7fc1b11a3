import { createHash } from 'node:crypto';
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import type { Sql } from '../kit/database.ts';
import type { Log } from '../kit/log.ts';

/** AUTH_SECRET, and another one while it is being changed. */
export type AuthSecrets = { secret: string; other?: string | undefined };

type Sealing = { secret: string; secrets: { version: number; value: string }[] };

const VERSION_BITS = 31;
/** A secret's name in what it sealed: of it nothing can be told, and each core makes the same. */
const versionOf = (secret: string): number =>
  createHash('sha256').update(`tollgate version ${secret}`).digest().readUInt32BE(0) %
  2 ** VERSION_BITS;

/**
 * The secrets as better-auth takes them: the first seals, all of them open, and what has no version
 * (as before there could be two) is of the first.
 */
export function sealingOf({ secret, other }: AuthSecrets): Sealing {
  const known = other === undefined || other === secret ? [secret] : [secret, other];
  return { secret, secrets: known.map((value) => ({ version: versionOf(value), value })) };
}

const ENVELOPE = /^\$ba\$(\d+)\$(.+)$/s;

/** The text that one of the secrets sealed; undefined where none of them did. */
async function opened(sealed: string, secrets: readonly string[]): Promise<string | undefined> {
  const data = ENVELOPE.exec(sealed)?.[2] ?? sealed;
  for (const key of secrets) {
    const text = await symmetricDecrypt({ key, data }).catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Whether it needs no other secret than the first. */
async function isCurrent(sealed: string, { secret }: AuthSecrets): Promise<boolean> {
  const version = ENVELOPE.exec(sealed)?.[1];
  if (version !== undefined) return Number(version) === versionOf(secret);
  return (await opened(sealed, [secret])) !== undefined;
}

const sealedAnew = ({ secret }: AuthSecrets, data: string): Promise<string> => {
  const currentVersion = versionOf(secret);
  return symmetricEncrypt({
    key: { keys: new Map([[currentVersion, secret]]), currentVersion },
    data,
  });
};

type FactorRow = { id: string; secret: string; backup_codes: string };

/**
 * Seals second factors anew that another secret than the first sealed. Out: how many it sealed, and
 * of how many nobody has the secret any more: those people need their second factor taken off.
 */
export async function resealFactors(
  sql: Sql,
  secrets: AuthSecrets,
): Promise<{ sealed: number; lost: number }> {
  const known = [secrets.secret, ...(secrets.other === undefined ? [] : [secrets.other])];
  return sql.begin(async (tx) => {
    const found = { sealed: 0, lost: 0 };
    const rows = await tx<FactorRow[]>`
      select id, secret, backup_codes from two_factors order by id for update`;
    for (const { id, secret, backup_codes } of rows) {
      const fields = [secret, backup_codes];
      const current = await Promise.all(fields.map((field) => isCurrent(field, secrets)));
      if (current.every(Boolean)) continue;
      const texts = await Promise.all(fields.map((field) => opened(field, known)));
      const [key, codes] = texts;
      if (key === undefined || codes === undefined) {
        found.lost += 1;
        continue;
      }
      await tx`update two_factors set secret = ${await sealedAnew(secrets, key)},
               backup_codes = ${await sealedAnew(secrets, codes)} where id = ${id}`;
      found.sealed += 1;
    }
    return found;
  });
}

/** The same as a core starts, which goes on without it: it says what it found. */
export async function sealFactorsAnew(sql: Sql, secrets: AuthSecrets, log: Log): Promise<void> {
  try {
    const { sealed, lost } = await resealFactors(sql, secrets);
    if (sealed > 0) log.info({ sealed }, 'second factors sealed anew');
    if (lost > 0) log.warn({ lost }, 'second factors that no AUTH_SECRET opens: take them off');
  } catch (err) {
    log.warn({ err }, 'second factors could not be looked at');
  }
}
