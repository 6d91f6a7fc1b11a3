import { useLayoutEffect, useSyncExternalStore } from 'react';
import { preference, usePreference } from './preference.ts';

/**
 * In which zone times are shown, on every page and on every axis. What a calendar decides, such as
 * the end of a billing period, is told on the clocks of its own zone, which is then named.
 */
export const zoneChoice = preference('zone', ['browser', 'customer', 'utc'], 'browser');
export type ZoneChoice = ReturnType<typeof zoneChoice.get>;

let ofCustomer: string | undefined;
const listeners = new Set<() => void>();

const ofBrowser = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** @returns the IANA zone that a choice stands for; a customer's while none is in view: ours. */
export function zoneOf(choice: ZoneChoice): string {
  if (choice === 'utc') return 'UTC';
  return (choice === 'customer' ? ofCustomer : undefined) ?? ofBrowser();
}

/** @returns the IANA zone that times are shown in. */
export function shownZone(): string {
  return zoneOf(zoneChoice.get());
}

/** @returns the same, kept true while the part is in view. */
export function useShownZone(): string {
  useSyncExternalStore(subscribe, () => ofCustomer);
  usePreference(zoneChoice);
  return shownZone();
}

/** @param zone of the customer in view; undefined while unknown. */
export function useCustomerZone(zone: string | undefined): void {
  useLayoutEffect(() => {
    setCustomerZone(zone);
    return () => setCustomerZone(undefined);
  }, [zone]);
}

function setCustomerZone(zone: string | undefined): void {
  if (ofCustomer === zone) return;
  ofCustomer = zone;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const offsets = new Map<string, Intl.DateTimeFormat>();

/** @returns what to add to UTC for the wall clocks of a zone at this instant, in ms. */
export function zoneOffsetMs(atMs: number, zone = shownZone()): number {
  let format = offsets.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    offsets.set(zone, format);
  }
  const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -ms : ms;
}

/**
 * @param wallMs wall clock time as if it were UTC, in ms.
 * @returns the instant at which clocks of the zone say so. Where they are put forward over it, the
 * instant as much later; where they say it twice, the first.
 */
export function instantOfWall(wallMs: number, zone = shownZone()): number {
  const before = wallMs - zoneOffsetMs(wallMs - DAY_MS, zone);
  if (before + zoneOffsetMs(before, zone) === wallMs) return before;
  const after = wallMs - zoneOffsetMs(wallMs + DAY_MS, zone);
  return after + zoneOffsetMs(after, zone) === wallMs ? after : before;
}

const DAY_MS = 86_400_000;

/** @returns when the day began in which this instant lies, `days` later; in the zone's calendar. */
export function dayStart(atMs: number, days = 0, zone = shownZone()): number {
  const wall = atMs + zoneOffsetMs(atMs, zone);
  return instantOfWall((Math.floor(wall / DAY_MS) + days) * DAY_MS, zone);
}
