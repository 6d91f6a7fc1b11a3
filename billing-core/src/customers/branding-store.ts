import { PRODUCT_NAME, type Branding } from '../contract/branding.ts';
import type { Query, Tx } from '../kit/database.ts';

/** What the business is called and looks like. */
export async function readBranding(sql: Query): Promise<Branding> {
  const [row] = await sql<[Branding]>`select name, accent, support from branding`;
  return row;
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
