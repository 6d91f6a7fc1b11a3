import { expect, test } from 'vitest';
import { GIVE_UP_MS, Outbox, RESEND_MS } from '../../src/workers/outbox.ts';

const NOW = 1_000_000;

test('everything new leaves in one parcel, once', () => {
  const outbox = new Outbox();
  outbox.add('a', 1);
  outbox.add('b', 2);
  expect(outbox.take(NOW)).toEqual([{ number: 1, records: ['a', 'b'] }]);
  expect(outbox.take(NOW)).toEqual([]);
});

test('a parcel without an answer goes again under its number, with its content', () => {
  const outbox = new Outbox();
  outbox.add('a', 1);
  outbox.take(NOW);
  outbox.add('b', 2);
  const again = outbox.take(NOW + RESEND_MS);
  expect(again).toEqual([
    { number: 1, records: ['a'] },
    { number: 2, records: ['b'] },
  ]);
  outbox.failed(again);
  expect(outbox.take(NOW + RESEND_MS)).toEqual(again);
});

test('a ticket is stored with its parcel, and the floor is the oldest parcel that is not', () => {
  const outbox = new Outbox();
  const first = outbox.add('a', 5);
  const [one] = outbox.take(NOW);
  const second = outbox.add('b', 7);
  const [two] = outbox.take(NOW);
  expect([outbox.floor, outbox.size, outbox.earliest]).toEqual([1, 2, 5]);
  outbox.stored([two!]);
  expect([first.stored, second.stored, outbox.floor]).toEqual([false, true, 1]);
  outbox.stored([one!]);
  expect([first.stored, outbox.floor, outbox.size]).toEqual([true, 3, 0]);
  expect(outbox.earliest).toBe(Number.POSITIVE_INFINITY);
});

test('a record is under way from its parcel until that is stored, failed or overdue', () => {
  const outbox = new Outbox();
  const ticket = outbox.add('a', 1);
  expect(outbox.isUnderWay(ticket, NOW)).toBe(false);
  const parcels = outbox.take(NOW);
  expect(outbox.isUnderWay(ticket, NOW + RESEND_MS - 1)).toBe(true);
  expect(outbox.isUnderWay(ticket, NOW + RESEND_MS)).toBe(false);
  outbox.failed(parcels);
  expect(outbox.isUnderWay(ticket, NOW)).toBe(false);
  outbox.take(NOW);
  outbox.stored(parcels);
  expect(outbox.isUnderWay(ticket, NOW)).toBe(false);
});

test('an answer that comes twice changes nothing', () => {
  const outbox = new Outbox();
  outbox.add('a', 1);
  const parcels = outbox.take(NOW);
  outbox.stored(parcels);
  outbox.stored(parcels);
  expect([outbox.size, outbox.floor]).toEqual([0, 2]);
});

test('what could not be handed over for an hour is given up, and told until that is heard', () => {
  const outbox = new Outbox();
  outbox.add('a', 5);
  outbox.add('b', 6);
  outbox.take(NOW);
  expect(outbox.givenUp).toEqual([]);
  outbox.add('c', 7);
  const late = NOW + GIVE_UP_MS + 1;
  expect(outbox.take(late)).toEqual([{ number: 2, records: ['c'] }]);
  outbox.stored([{ number: 2, records: ['c'] }]);
  const lost = [{ number: 1, records: 2 }];
  for (const wait of [0, RESEND_MS]) {
    expect(outbox.take(late + wait)).toEqual([]);
    expect(outbox.givenUp).toEqual(lost);
    // It is not past: nobody may vouch for the time in which it was admitted.
    expect([outbox.size, outbox.floor, outbox.earliest]).toEqual([2, 1, 5]);
  }
  outbox.told(lost);
  expect(outbox.givenUp).toEqual([]);
  expect([outbox.size, outbox.floor]).toEqual([0, 3]);
});

test('numbers go on where those of a customer that was forgotten ended', () => {
  const outbox = new Outbox(8);
  outbox.add('a', 1);
  expect(outbox.floor).toBe(8);
  expect(outbox.take(NOW)).toEqual([{ number: 8, records: ['a'] }]);
});
