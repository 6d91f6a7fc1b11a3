import { t } from '../kit/text.ts';
import type { Source } from './metering-values.ts';

/** What a rule can count, and what its units are then units of. */
export const SOURCES: readonly { value: Source; label: string; units: string }[] = [
  { value: 'request', label: t('Each request'), units: t('Units a request') },
  { value: 'request_bytes', label: t('Bytes of the request'), units: t('Units a byte') },
  { value: 'response_bytes', label: t('Bytes of the response'), units: t('Units a byte') },
  {
    value: 'request_messages',
    label: t('Messages of a WebSocket to the upstream'),
    units: t('Units a message'),
  },
  {
    value: 'response_messages',
    label: t('Messages of a WebSocket to the client'),
    units: t('Units a message'),
  },
  { value: 'duration', label: t('Time it takes'), units: t('Units a millisecond') },
  { value: 'response_header', label: t('A header of the response'), units: t('Units per value') },
  { value: 'response_json', label: t('A value in a JSON response'), units: t('Units per value') },
  { value: 'response_sse', label: t('A value in an event stream'), units: t('Units per value') },
];

/** @returns what a rule of this source counts, in words. */
export const sourceLabel = (source: Source): string =>
  SOURCES.find(({ value }) => value === source)?.label ?? source;
