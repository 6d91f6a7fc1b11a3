import { zoneLabel } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import type { Theme } from '../kit/theme.ts';
import { zoneOf, type ZoneChoice } from '../kit/zone.ts';

/** What a reader chooses for every page. */
export const THEMES: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: t('As the device') },
  { value: 'light', label: t('Light') },
  { value: 'dark', label: t('Dark') },
];

/** The zones that times can be shown in, as they are now. */
export const zones = (): { value: ZoneChoice; label: string }[] => [
  { value: 'browser', label: t('This device: {zone}', { zone: zoneLabel(zoneOf('browser')) }) },
  { value: 'customer', label: t('The customer: {zone}', { zone: zoneLabel(zoneOf('customer')) }) },
  { value: 'utc', label: 'UTC' },
];
