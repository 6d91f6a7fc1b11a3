import { setTimeout as pause } from 'node:timers/promises';
import type { Rig } from './rig.ts';

const POLL_MS = 50;
const WITHIN_MS = 180_000;
const WORDS_MAX = 3_000;

export type Settling = {
  withinMs?: number;
  /** With the dedup taken out the roller refuses to add up what is there twice. */
  unrolled?: boolean;
};

/** Why not everything that was recorded is in the ledger and in the totals; null when it is. */
async function open(rig: Rig, since: number, rolled: boolean): Promise<string | null> {
  const running = rig.gateways.filter(({ part }) => part.running);
  for (const { part, openBoots } of running) {
    if (openBoots.length > 1) return `${part.name} has ${openBoots.length - 1} older boots open`;
  }
  const live = running.flatMap(({ openBoots }) => openBoots);
  const rows = await rig.sql<{ boot: string }[]>`
    select boot_id as boot from boots
     where boot_id = any(${live}) and state = 'live' and watermark > ${since}`;
  if (rows.length < live.length) return `${live.length - rows.length} boots have usage to send`;
  if (!rolled) return null;
  const unrolled = await rig.sql`select from usage_batches where roll_number is null limit 1`;
  return unrolled.length > 0 ? 'a batch is not in the totals' : null;
}

/**
 * Waits until every running gateway has sent all that it recorded before now, older boots of its
 * spool included, and all of it is in the totals. Throws when that does not come.
 */
export async function settle(
  rig: Rig,
  { withinMs = WITHIN_MS, unrolled = false }: Settling = {},
): Promise<void> {
  const [row] = await rig.sql<{ now: number }[]>`
    select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now`;
  const until = performance.now() + withinMs;
  let why = await open(rig, row?.now ?? 0, !unrolled);
  while (why !== null) {
    if (performance.now() > until) {
      const words = [...rig.gateways.map(({ part }) => part), rig.core]
        .map(({ name, output }) => `${name}: ${output.slice(-WORDS_MAX)}`)
        .join('\n');
      throw new Error(`${why}, after ${withinMs} ms:\n${words}`);
    }
    await pause(POLL_MS);
    why = await open(rig, row?.now ?? 0, !unrolled);
  }
}
