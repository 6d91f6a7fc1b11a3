import { setTimeout as pause } from 'node:timers/promises';
import type { Sql } from '../kit/database.ts';
import type { Kit } from '../kit/http.ts';
import { roundsAt, type Round } from './clock.ts';

/** What was set for a time happens this soon after it; gateways hear of it at once. */
const LOOK_EVERY_MS = 250;

export type DueKit = Pick<Kit, 'sql' | 'clock' | 'log'>;

/** Something that happens by itself at a time that was set for it. */
export type Happening = {
  /** What it happens to, for the log: 'subscription'. */
  what: string;
  /** The ids whose time has come in a round. */
  due: (sql: Sql, round: Round) => Promise<string[]>;
  happen: (kit: DueKit, id: string, round: Round) => Promise<void>;
};

/**
 * Lets happen all whose time has come by now. One that cannot is logged and holds up no other.
 * Out: how many were due.
 */
export async function letHappen(kit: DueKit, { what, due, happen }: Happening): Promise<number> {
  let count = 0;
  for (const round of await roundsAt(kit.sql, kit.clock())) {
    const ids = await due(kit.sql, round);
    count += ids.length;
    for (const id of ids) {
      await happen(kit, id, round).catch((err: unknown) =>
        kit.log.error({ err, [what]: id }, `${what}: what was due did not happen`),
      );
    }
  }
  return count;
}

/**
 * Does so again and again: a job that is sent is a second away at best. Every core may: who comes
 * second finds it done.
 */
export function keepHappening(kit: DueKit, happening: Happening): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const { signal } = stopped;
  const repeat = async (): Promise<void> => {
    while (!signal.aborted) {
      await letHappen(kit, happening).catch((err: unknown) =>
        kit.log.error({ err }, `${happening.what}: what is due could not be read`),
      );
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  };
  const ended = repeat();
  return {
    stop: () => {
      stopped.abort();
      return ended;
    },
  };
}
