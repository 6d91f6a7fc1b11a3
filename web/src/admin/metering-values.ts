import type { MeteringRule } from '../kit/api-types.ts';

export type Source = MeteringRule['source'];

/** A metering rule as the form holds it: the fields of every source, as text. */
export interface MeteringValues {
  meter: string;
  source: Source;
  units: string;
  header: string;
  pointer: string;
  max_cost: string;
  fallback: string;
  max_value: string;
}

export const FIRST_RULE: MeteringValues = {
  meter: 'requests',
  source: 'request',
  units: '1',
  header: '',
  pointer: '',
  max_cost: '',
  fallback: '0',
  max_value: '1000000000',
};

/** Whether the upstream says the quantity, so that it may be missing or wrong. */
export const isTold = (source: Source): boolean =>
  source.startsWith('response_') && !isCounted(source);
/** Whether the quantity is known only when the response has ended. */
export const isLate = (source: Source): boolean =>
  source !== 'request' && source !== 'request_bytes';
export const hasPointer = (source: Source): boolean =>
  source === 'response_json' || source === 'response_sse';

const isCounted = (source: Source): boolean => /_(?:bytes|messages)$/.test(source);

/** @returns a rule of the API as form values. */
export function toMeteringValues(rule: MeteringRule): MeteringValues {
  return {
    ...FIRST_RULE,
    meter: rule.meter,
    source: rule.source,
    units: plain(rule.units),
    ...('header' in rule && { header: rule.header }),
    ...('pointer' in rule && { pointer: rule.pointer }),
    ...('max_cost' in rule && { max_cost: rule.max_cost === null ? '' : plain(rule.max_cost) }),
    ...('fallback' in rule && {
      fallback: plain(rule.fallback),
      max_value: plain(rule.max_value),
    }),
  };
}

/** @returns what the API takes: of the fields only those that the source has. */
export function toMeteringBody(values: MeteringValues): Record<string, unknown> {
  const { meter, source } = values;
  return {
    meter,
    source,
    units: Number(values.units),
    ...(source === 'response_header' && { header: values.header.trim() }),
    ...(hasPointer(source) && { pointer: values.pointer }),
    ...(isLate(source) && { max_cost: values.max_cost === '' ? null : Number(values.max_cost) }),
    ...(isTold(source) && {
      fallback: Number(values.fallback),
      max_value: Number(values.max_value),
    }),
  };
}

/** 0.000001 as one writes it, and not 1e-6; of the API's numbers no digit is lost. */
function plain(value: number): string {
  const text = String(value);
  return text.includes('e-') ? value.toFixed(9).replace(/0+$/, '') : text;
}
