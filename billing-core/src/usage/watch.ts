import type { Opening } from '../customers/store.ts';
import type { Kit } from '../kit/http.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import { liveMarks } from './reading.ts';

/** What a live view shows of refusals and minutes. */
export const LIVE_MINUTES = 60;
export const FOLLOWERS_MAX = 1_000;
export const FOLLOWERS_PER_CUSTOMER_MAX = 20;
const READS_AT_ONCE = 3;
const BACKOFF_MS_MAX = 5_000;
/** How long a stream may go on after its session or membership ended, but for one poll. */
export const ACCESS_CHECK_MS = 3_000;

/** One reader of a customer's live state. It sees the newest state, not every one. */
export type Follower<State> = {
  /** A state not seen yet; null when `timeoutMs` pass without one, or it is over. */
  next(timeoutMs: number): Promise<State | null>;
  /** Ends it; a waiting `next` gives null. */
  leave(): void;
  readonly over: boolean;
};

export type Watch<State> = {
  /** Out: `customer_full` or `full` when there are too many followers already. */
  follow(opening: Opening): Follower<State> | 'customer_full' | 'full';
  /** Ends every follower and the polling. */
  stop(): void;
};

type Channel<State> = { mark?: string; state?: State; followers: Set<() => void> };

/** The range of minutes, up to and with that of `now` in ms, that a live view covers. */
export function liveRange(now: number): { from: number; to: number } {
  const to = Math.floor(now / MINUTE_MS) + 1;
  return { from: to - LIVE_MINUTES, to };
}

function newFollower<State>(channel: Channel<State>, onLeave: () => void): Follower<State> {
  let seen: State | undefined;
  let over = false;
  let wake = () => {};
  const knock = (): void => wake();
  channel.followers.add(knock);
  const fresh = (): State | null => {
    if (over || channel.state === undefined || channel.state === seen) return null;
    seen = channel.state;
    return seen;
  };
  return {
    next: async (timeoutMs) => {
      const ready = fresh();
      if (ready !== null || over) return ready;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      return fresh();
    },
    leave: () => {
      if (over) return;
      over = true;
      channel.followers.delete(knock);
      onLeave();
      wake();
    },
    get over() {
      return over;
    },
  };
}

type WatchKit<State> = Pick<Kit, 'sql' | 'clock' | 'log'> & {
  read: (customerId: string) => Promise<State>;
  /** What changes when a customer's state does; its usage when left out. */
  marks?: (customerIds: string[]) => Promise<Map<string, string>>;
  /** Which of these may still be followed. */
  left: (openings: Opening[]) => Promise<Opening[]>;
  everyMs?: number;
};

/**
 * Polls for all followers of this process together, and only while there are any: one query asks
 * which of their customers changed, and each of those is read once, however many follow it.
 * `read` makes a customer's state. No state is sent when `left` was not asked lately.
 */
export function watchUsage<State>(kit: WatchKit<State>): Watch<State> {
  const { everyMs = 250, log } = kit;
  const channels = new Map<string, Channel<State>>();
  const followers = new Map<Follower<State>, Opening>();
  const endLost = accessCheck(kit, followers);
  let polling = false;
  let hurry = () => {};

  async function poll(): Promise<void> {
    if (polling) return;
    polling = true;
    let failures = 0;
    while (channels.size > 0) {
      const refreshed = (await endLost()) && (await refresh(kit, channels));
      failures = refreshed ? 0 : failures + 1;
      const waitMs = Math.min(BACKOFF_MS_MAX, everyMs * 2 ** failures);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        hurry = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    polling = false;
  }

  function join(opening: Opening): Follower<State> {
    const { customerId } = opening;
    const channel: Channel<State> = channels.get(customerId) ?? { followers: new Set() };
    const follower = newFollower(channel, () => {
      followers.delete(follower);
      if (channel.followers.size === 0) channels.delete(customerId);
      if (channels.size === 0) hurry();
    });
    followers.set(follower, opening);
    if (!channels.has(customerId)) {
      channels.set(customerId, channel);
      hurry();
    }
    poll().catch((error: unknown) => log.error({ err: error }, 'usage poll ended'));
    return follower;
  }

  return {
    follow: (opening) => {
      const own = channels.get(opening.customerId)?.followers.size ?? 0;
      if (own >= FOLLOWERS_PER_CUSTOMER_MAX) return 'customer_full';
      return followers.size >= FOLLOWERS_MAX ? 'full' : join(opening);
    },
    stop: () => {
      for (const follower of followers.keys()) follower.leave();
    },
  };
}

/**
 * Ends followers who have lost their session or their membership, with one query for all of them
 * every ACCESS_CHECK_MS. Out: false when it could not be asked.
 */
function accessCheck<State>(
  { clock, log, left }: WatchKit<State>,
  followers: Map<Follower<State>, Opening>,
): () => Promise<boolean> {
  const nameOf = ({ sessionId, customerId }: Opening): string => `${sessionId} ${customerId}`;
  let checkedAt = clock();
  return async () => {
    const now = clock();
    // A clock that was set back must not put the check off.
    if (Math.abs(now - checkedAt) < ACCESS_CHECK_MS) return true;
    const asked = [...followers];
    try {
      const standing = new Set((await left(asked.map(([, opening]) => opening))).map(nameOf));
      for (const [follower, opening] of asked) {
        if (!standing.has(nameOf(opening))) follower.leave();
      }
      checkedAt = now;
      return true;
    } catch (error) {
      log.error({ err: error }, 'access of live views could not be checked');
      return false;
    }
  };
}

/** Reads the state of every customer that changed. Out: false when nothing could be read. */
async function refresh<State>(
  { sql, clock, log, read, marks: asked }: WatchKit<State>,
  channels: Map<string, Channel<State>>,
): Promise<boolean> {
  let [done, failed] = [0, 0];
  const readOne = async (id: string, channel: Channel<State>, mark: string): Promise<void> => {
    try {
      Object.assign(channel, { state: await read(id), mark });
      for (const knock of channel.followers) knock();
      done += 1;
    } catch (error) {
      failed += 1;
      log.error({ err: error, customer_id: id }, 'live usage could not be read');
    }
  };
  try {
    // The mark is older than the state read after it: a change between them is read twice.
    const ids = [...channels.keys()];
    const marks = asked ? await asked(ids) : await liveMarks(sql, ids, liveRange(clock()));
    const changed = [...marks].filter(([id, mark]) => channels.get(id)?.mark !== mark);
    const reader = async (): Promise<void> => {
      for (let next = changed.pop(); next !== undefined; next = changed.pop()) {
        const [id, mark] = next;
        const channel = channels.get(id);
        if (channel) await readOne(id, channel, mark);
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, reader));
  } catch (error) {
    failed += 1;
    log.error({ err: error }, 'usage poll failed');
  }
  return failed === 0 || done > 0;
}
