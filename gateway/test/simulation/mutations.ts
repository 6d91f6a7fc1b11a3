/** A text of a source file, and what stands there instead. */
export type Change = { file: string; from: string; to: string };
export type Mutation = { what: string; changes: readonly Change[] };

const change = (file: string, from: string, to: string): readonly Change[] => [{ file, from, to }];

const ACTIONS = 'billing-core/src/usage/actions.ts';
const LEASES = 'billing-core/src/quotas/model.ts';
const SYNC = 'billing-core/src/sync/actions.ts';
const SHARES = 'billing-core/src/quotas/rate-shares.ts';
const TILL = 'gateway/src/core/till.ts';
const METERING = 'gateway/src/node/metering.ts';
const SEGMENT = 'gateway/src/node/spool/segment.ts';
const OVERFLOW = 'gateway/src/node/spool/overflow.ts';
const SPOOL = 'gateway/src/node/spool/spool.ts';

/** Ways to take a mechanism out: each must be found by the checks. */
export const MUTATIONS: Record<string, Mutation> = {
  dedup_removed: {
    what: 'a batch that comes again is applied again',
    changes: change(
      ACTIONS,
      'if (sequence < boot.next_sequence) return repeated(tx, boot, header);',
      '',
    ),
  },
  returned_added: {
    what: 'what a till returned is added each time it is told, not merged by maximum',
    changes: change(
      LEASES,
      'const returned = Math.max(book.returned, said);',
      'const returned = Math.min(book.granted, book.returned + said);',
    ),
  },
  generation_ignored: {
    what: 'a till that was opened anew goes on with the totals of the one before it',
    changes: change(
      LEASES,
      'const isNext = ask.generation > book.generation;',
      'const isNext = false as boolean;',
    ),
  },
  limit_forgets_outside: {
    what: 'what was spent without a lease does not count when units are lent',
    changes: change(
      LEASES,
      'const left = Math.max(0, book.limit - lentNow - book.outside);',
      'const left = Math.max(0, book.limit - lentNow);',
    ),
  },
  forfeit_returns: {
    what: 'a boot that may have lost records gives back what it was lent all the same',
    changes: change(
      SYNC,
      'settleLeases(tx, key, { giveBack: isWhole, forgotten });',
      'settleLeases(tx, key, { giveBack: true, forgotten });',
    ),
  },
  unreserved: {
    what: 'a request is admitted without setting its units aside',
    changes: change(TILL, 'if (!unleased) reserve(lease, units, now);', ''),
  },
  share_kept_small: {
    what: 'core counts the smaller part of a rate limit before its till has lowered itself',
    changes: change(
      SHARES,
      'part[field] = Math.max(part[field], Math.min(wish[field], most));',
      'part[field] = Math.min(wish[field], most);',
    ),
  },
  watermark_ignores_open: {
    what: 'the watermark passes requests that are under way',
    changes: change(
      METERING,
      'for (const hold of this.#open) earliest = Math.min(earliest, hold.admittedAt);',
      '',
    ),
  },
  watermark_skips: {
    what: 'behind a gap a batch is cut with the watermark past a record that it lacks',
    changes: change(
      METERING,
      'if (frame > book.talliedFrame + 1) this.#skipTo(book, frame);',
      'this.#settling.delete(hold);\nif (frame > book.talliedFrame + 1) this.#skipTo(book, frame);',
    ),
  },
  let_go_untold: {
    what: 'the disk is not told that answers leave without their records',
    changes: change(OVERFLOW, 'this.#admitted.letGoThrough(last.number);', ''),
  },
  dropped_untold: {
    what: 'core is not told of records that were dropped on a full disk',
    changes: change(
      SPOOL,
      'this.#settings.overflow?.onGap({',
      '({} as { onGap?: (gap: object) => void }).onGap?.({',
    ),
  },
  dropped_vouched: {
    what: 'the watermark passes records that were dropped and are not told yet',
    changes: change(METERING, 'book.untoldFrom = Math.min(book.untoldFrom, hold.admittedAt);', ''),
  },
  clock_kept: {
    what: "a gateway that followed core's clock ahead stays there when it is set back",
    changes: change(
      'gateway/src/node/open-metering.ts',
      'isLeft: () => this.#isOff,',
      'isLeft: () => false,',
    ),
  },
  misdated_kept: {
    what: 'what a clock dated that was behind is not dated anew',
    changes: change(
      'gateway/src/node/spool/redating.ts',
      'if (record.admittedAt > until) return record;',
      'if (until >= 0) return record;',
    ),
  },
  write_removed: {
    what: 'records are not written before their answers end',
    changes: change(
      SEGMENT,
      'const count = writeSync(this.#fd, bytes, written);',
      'const count = bytes.length;',
    ),
  },
};
