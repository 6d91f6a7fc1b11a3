import {
  PRODUCT_NAME,
  type Branding,
  type LogoType,
  type ShownBranding,
} from '../contract/branding.ts';
import type { Query, Tx } from '../kit/database.ts';

/** So that browsers ask anew for another picture, and not for the same one. */
const LOGO_MARK_CHARS = 16;

/** What the business is called and looks like. */
export async function readBranding(sql: Query): Promise<ShownBranding> {
  const [row] = await sql<[ShownBranding]>`
    select name, accent, support,
           '/portal/v1/logo?v=' || left(encode(sha256(logo), 'hex'), ${LOGO_MARK_CHARS}) as logo
      from branding`;
  return row;
}

export type Logo = { bytes: Buffer; type: LogoType };

/** The picture beside the name, and what marks this one; undefined where there is none. */
export async function readLogo(sql: Query): Promise<(Logo & { mark: string }) | undefined> {
  const [row] = await sql<(Logo & { mark: string })[]>`
    select logo as bytes, logo_type as type,
           left(encode(sha256(logo), 'hex'), ${LOGO_MARK_CHARS}) as mark
      from branding where logo is not null`;
  return row;
}

/** Null takes it away. */
export async function updateLogo(tx: Tx, logo: Logo | null): Promise<void> {
  await tx`update branding set logo = ${logo?.bytes ?? null}, logo_type = ${logo?.type ?? null}
    where one`;
}

export async function updateBranding(tx: Tx, branding: Branding): Promise<void> {
  await tx`update branding set ${tx(branding)} where one`;
}

/** What stands below each letter: who sends it, and where to turn; empty where nobody said. */
export async function letterFooter(sql: Query): Promise<string> {
  const { name, support } = await readBranding(sql);
  if (name === null && support === null) return '';
  return `\n-- \n${[name ?? PRODUCT_NAME, ...(support === null ? [] : [support])].join('\n')}\n`;
}
