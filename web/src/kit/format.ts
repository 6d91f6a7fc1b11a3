import { now } from './clock.ts';
import { minorDigits } from './currency.ts';
import { shiftPoint } from './decimal.ts';
import { locale } from './language.ts';
import { t } from './text.ts';
import { instantOfWall, shownZone, zoneOffsetMs } from './zone.ts';

/**
 * How figures, money and instants look. Decimal strings go to Intl as strings, which formats
 * them exactly; a detour over `number` would lose digits past 2^53.
 */
type Decimal = Intl.StringNumericLiteral;

/** @returns a count or a decimal string with grouping: '12345.50' is '12,345.5'. */
export function formatNumber(value: string | number): string {
  const formatter = new Intl.NumberFormat(locale, { maximumFractionDigits: 12 });
  return formatter.format(value as number | Decimal);
}

/** @returns a short form for axes and tiles: 12345 is '12.3K'. Never for billed figures. */
export function formatCompact(value: number): string {
  return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(
    value,
  );
}

/** @param share 0.25 is '25%'. Above zero never reads as 0%. */
export function formatPercent(share: number): string {
  const digits = share > 0 && share < 0.01 ? 2 : share < 0.1 ? 1 : 0;
  if (share > 0 && share < 0.0001) return '<0.01%';
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(
    share,
  );
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** @returns how much that is, in thousands: 18400000 is '18.4 MB'. */
export function formatBytes(bytes: number): string {
  let [size, power] = [bytes, 0];
  for (; size >= 1_000 && power < BYTE_UNITS.length - 1; power++) size /= 1_000;
  const unit = BYTE_UNITS[power];
  const form = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, form).format(size);
}

/** Minor units of the wire to what people read: ('2900', 'USD') is '29'. */
export function minorToMajor(minor: string, currency: string): string {
  return shiftPoint(minor, -minorDigits(currency));
}

/** What people type to minor units: ('0.002', 'USD') is '0.2'. */
export function majorToMinor(major: string, currency: string): string {
  return shiftPoint(major, minorDigits(currency));
}

/**
 * @param minor minor units, whole or fractional ('0.2' cents).
 * @returns the amount with its currency named, every digit kept: 'USD 0.002'.
 */
export function formatMoney(minor: string, currency: string): string {
  const digits = minorDigits(currency);
  const formatter = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: Math.max(digits, 14),
  });
  return `${formatter.format(shiftPoint(minor, -digits) as Decimal)} ${currency}`;
}

/** @returns date and time in the chosen zone: 'Nov 22, 2026, 14:05'. */
export function formatInstant(iso: string): string {
  return dateTime({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** @returns date, seconds and zone, for tooltips and ledger rows. */
export function formatInstantExact(iso: string): string {
  return dateTime({ dateStyle: 'medium', timeStyle: 'long' }).format(new Date(iso));
}

/** @returns 'Nov 22, 2026'. */
export function formatDate(iso: string): string {
  return dateTime({ dateStyle: 'medium' }).format(new Date(iso));
}

/** An instant as `datetime-local` wants it: on the clocks of the chosen zone, without naming it. */
export function localInput(iso: string): string {
  const at = Date.parse(iso);
  return new Date(at + zoneOffsetMs(at)).toISOString().slice(0, 16);
}

/** @returns what such a field means, or undefined while it means nothing. */
export function localInstant(text: string): string | undefined {
  const wall = Date.parse(`${text}Z`);
  return Number.isNaN(wall) ? undefined : new Date(instantOfWall(wall)).toISOString();
}

/** @returns the date in UTC, as it stands on the document. */
export function formatDateUtc(iso: string): string {
  return dateTime({ dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(iso));
}

function formatOnClocksOf(zone: string, iso: string): string {
  const day = { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  return dateTime({ ...day, timeZone: zone }).format(new Date(iso));
}

const cityOf = (zone: string): string => zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');

/** @returns date and time on the clocks of that zone: 'Dec 1, 00:00 Berlin'. */
export function formatInZone(iso: string, zone: string): string {
  return `${formatOnClocksOf(zone, iso)} ${cityOf(zone)}`;
}

/** @returns both ends on the clocks of that zone: 'Nov 1, 00:00 – Dec 1, 00:00 Berlin'. */
export function formatRangeInZone(start: string, end: string, zone: string): string {
  return `${formatOnClocksOf(zone, start)} – ${formatInZone(end, zone)}`;
}

/** @returns a short axis label that fits the bucket: '14:05', or 'Nov 22' for days. */
export function formatBucket(iso: string, interval: 'minute' | 'hour' | 'day'): string {
  if (interval === 'day') return formatDay(iso);
  return dateTime({ hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
}

/** @returns the day in the chosen zone, short: 'Nov 22'. */
export function formatDay(iso: string): string {
  return dateTime({ month: 'short', day: 'numeric' }).format(new Date(iso));
}

/** @returns a zone as people write it, the one that times are shown in unless said: 'GMT+1'. */
export function zoneName(zone = shownZone()): string {
  const format = dateTime({ timeZoneName: 'short', timeZone: zone });
  const parts = format.formatToParts(new Date(now()));
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}

/** @returns a zone by its city and its distance from UTC: 'Berlin, GMT+1'. */
export function zoneLabel(zone: string): string {
  const name = zoneName(zone);
  return cityOf(zone) === name ? name : `${cityOf(zone)}, ${name}`;
}

/** @returns how long something is: 'under 1 s', '12 s', '3 min', '2 h', '5 days'. */
export function formatSpan(seconds: number): string {
  if (seconds < 1) return t('under 1 s');
  if (seconds < 60) return t('{n} s', { n: Math.floor(seconds) });
  if (seconds < 3600) return t('{n} min', { n: Math.floor(seconds / 60) });
  if (seconds < 172_800) return t('{n} h', { n: Math.floor(seconds / 3600) });
  return t('{n} days', { n: Math.floor(seconds / 86_400) });
}

/** @param seconds age of a figure. @returns 'just now', '12 s ago', '3 min ago', '2 h ago'. */
export function formatAge(seconds: number): string {
  if (seconds < 2) return t('just now');
  if (seconds < 60) return t('{n} s ago', { n: Math.floor(seconds) });
  if (seconds < 3600) return t('{n} min ago', { n: Math.floor(seconds / 60) });
  if (seconds < 172_800) return t('{n} h ago', { n: Math.floor(seconds / 3600) });
  return t('{n} days ago', { n: Math.floor(seconds / 86_400) });
}

/** @returns how long until an instant: 'in 12 s', 'in 3 h', 'in 8 days'; 'now' once passed. */
export function formatUntil(iso: string, nowMs: number): string {
  const seconds = (Date.parse(iso) - nowMs) / 1000;
  if (seconds <= 0) return t('now');
  if (seconds < 60) return t('in {n} s', { n: Math.ceil(seconds) });
  if (seconds < 3600) return t('in {n} min', { n: Math.ceil(seconds / 60) });
  if (seconds < 172_800) return t('in {n} h', { n: Math.round(seconds / 3600) });
  return t('in {n} days', { n: Math.round(seconds / 86_400) });
}

function dateTime(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, { hourCycle: 'h23', timeZone: shownZone(), ...options });
}

/** An amount in minor units with the other sign. */
export const negated = (amount: string): string =>
  amount === '0' ? amount : amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
