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

test('what could not be handed over for an hour is given up, and said to be lost once', () => {
  const outbox = new Outbox();
  outbox.add('a', 1);
  outbox.add('b', 1);
  outbox.take(NOW);
  expect(outbox.take(NOW + GIVE_UP_MS + 1)).toEqual([]);
  expect([outbox.takeLost(), outbox.takeLost(), outbox.size]).toEqual([2, 0, 0]);
});
