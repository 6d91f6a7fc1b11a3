import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keyFact, request } from '../../core/test/sample.ts';
import type { TillAnswer } from '../../core/till.ts';
import type { Admission } from '../../ports.ts';
import { LEASE_WAIT_MS, RETRY_EVERY_MS, SLOW_CORE_WAIT_MS, WaitingRoom } from '../waiting-room.ts';

const NOTHING: TillAnswer = { kind: 'ask', windows: ['w'] };
const REFUSED: Admission = { kind: 'refused', refusal: { reason: 'quota_exceeded' } };

let asked = 0;
let askableAt = 0;
let reachable = true;
const now = (): number => Date.now();

function room(decide = (): TillAnswer => NOTHING): WaitingRoom {
  return new WaitingRoom({
    now,
    askCore: () => (asked += 1),
    decide,
    reachable: () => reachable,
    giveUp: () => REFUSED,
    askableAt: () => askableAt,
  });
}

const of = (id: string) => request({ fact: keyFact({ id }) });

describe('requests that wait for core', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    [asked, askableAt, reachable] = [0, 0, true];
  });
  afterEach(() => vi.useRealTimers());

  test('have core asked at once for what is new', () => {
    void room().enter(of('a'), ['w']);
    expect(asked).toBe(1);
  });

  test('ask together, four times a second at most, for what others hold', () => {
    const waiting = room();
    askableAt = now();
    for (let ms = 0; ms < LEASE_WAIT_MS; ms += 5) {
      void waiting.enter(of(`customer ${ms}`), ['w']);
      vi.advanceTimersByTime(5);
      // Of each window core says when to ask again, and each is at another point of it.
      askableAt = now() + (ms % 50);
    }
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(LEASE_WAIT_MS / RETRY_EVERY_MS + 1);
  });

  const isOver = async (answer: Promise<Admission>): Promise<boolean> =>
    (await Promise.race([answer, Promise.resolve(null)])) !== null;

  test.each<[string, (waiting: WaitingRoom) => void]>([
    ['core said before that others hold the rest', () => {}],
    ['core says so meanwhile', (waiting) => waiting.answered(new Set(['w']), new Set())],
    ['core does not know it', (waiting) => waiting.answered(new Set(['w']), new Set(['w']))],
    ['core is not reached', () => (reachable = false)],
  ])('are refused after a second when %s', async (name, happens) => {
    if (name.includes('before')) askableAt = now() + 60_000;
    const waiting = room();
    const answer = waiting.enter(of('a'), ['w']);
    vi.advanceTimersByTime(500);
    askableAt = name.includes('not know') ? 0 : now() + 60_000;
    happens(waiting);
    vi.advanceTimersByTime(LEASE_WAIT_MS - 500);
    expect(await answer).toBe(REFUSED);
  });

  test.each<[string, (waiting: WaitingRoom) => void]>([
    ['said nothing', () => {}],
    ['spoke of other windows', (waiting) => waiting.answered(new Set(['v']), new Set())],
    ['lent too little, and has more', (waiting) => waiting.answered(new Set(['w']), new Set())],
  ])('wait longer for a core that has %s, and not for ever', async (_name, happens) => {
    const waiting = room();
    const answer = waiting.enter(of('a'), ['w']);
    happens(waiting);
    vi.advanceTimersByTime(LEASE_WAIT_MS);
    expect(await isOver(answer)).toBe(false);
    vi.advanceTimersByTime(SLOW_CORE_WAIT_MS - LEASE_WAIT_MS);
    expect(await answer).toBe(REFUSED);
  });

  test('are decided again by news of their customer, and by no other news', () => {
    askableAt = now() + 60_000;
    const waiting = room();
    void waiting.enter(of('a'), ['w']);
    waiting.retryFor('b');
    expect(asked).toBe(0);
    waiting.retryFor('a');
    expect(asked).toBe(1);
  });

  test('ask after the pause that core named, and not before', () => {
    askableAt = now() + 700;
    void room().enter(of('a'), ['w']);
    vi.advanceTimersByTime(699);
    expect(asked).toBe(0);
    vi.advanceTimersByTime(1);
    expect(asked).toBe(1);
  });
});
