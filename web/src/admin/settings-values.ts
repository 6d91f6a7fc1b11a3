import type { BillingSettings } from '@tollgate/billing-core/contract/invoice.ts';
import { t } from '../kit/text.ts';

/** The settings of invoices as fields of a form. */
export interface SettingsValues {
  issuer: string;
  footer: string;
  due_days: string;
  grace_minutes: string;
  zero_amount: string;
  reminder_days: string;
  debt_grace_days: string;
}

/** The API's bounds; it checks them again. */
const DAYS_MAX = 365;
const GRACE_MINUTES_MAX = 43_200;
const REMINDERS_MAX = 10;

const isWhole = (text: string, most: number): boolean =>
  /^\d{1,6}$/.test(text.trim()) && Number(text) <= most;

export function daysFault(text: string): string | undefined {
  return isWhole(text, DAYS_MAX) ? undefined : t('Enter a number of days from 0 to 365');
}

export function minutesFault(text: string): string | undefined {
  return isWhole(text, GRACE_MINUTES_MAX)
    ? undefined
    : t('Enter a number of minutes from 0 to 43,200, which is 30 days');
}

const parts = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

export function reminderFault(text: string): string | undefined {
  const days = parts(text);
  if (days.some((day) => !isWhole(day, DAYS_MAX))) {
    return t('Enter days from 0 to 365, as 3, 7');
  }
  if (new Set(days.map(Number)).size < days.length) return t('A day is there twice');
  return days.length > REMINDERS_MAX ? t('At most 10 reminders') : undefined;
}

export const settingsValues = (settings: BillingSettings): SettingsValues => ({
  issuer: settings.issuer,
  footer: settings.footer,
  due_days: String(settings.due_days),
  grace_minutes: String(settings.grace_minutes),
  zero_amount: settings.zero_amount,
  reminder_days: settings.reminder_days.join(', '),
  debt_grace_days: String(settings.debt_grace_days),
});

export const settingsBody = (values: SettingsValues): BillingSettings => ({
  issuer: values.issuer.trim(),
  footer: values.footer.trim(),
  due_days: Number(values.due_days),
  grace_minutes: Number(values.grace_minutes),
  zero_amount: values.zero_amount === 'skip' ? 'skip' : 'issue',
  reminder_days: parts(values.reminder_days)
    .map(Number)
    .toSorted((one, other) => one - other),
  debt_grace_days: Number(values.debt_grace_days),
});
