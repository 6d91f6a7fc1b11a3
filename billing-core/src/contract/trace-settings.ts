import { z } from 'zod';

/** What programs of ours can be told of traces, in the variables that OpenTelemetry names. */

export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

/** A variable that is set and empty is as good as not set: so OpenTelemetry has it. */
const setting = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/** `name=value,name=value`, with `%` before what is not plain, as in W3C Baggage. */
const pairs = z.string().transform((text, context): Record<string, string> => {
  const read: [string, string][] = [];
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const at = part.indexOf('=');
    const [name, value] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    try {
      if (at < 1 || name === '') throw new Error('no name');
      read.push([decodeURIComponent(name), decodeURIComponent(value)]);
    } catch {
      // Not what it says: it may hold the password of a collector.
      context.addIssue({ code: 'custom', message: 'is not a list of name=value' });
      return z.NEVER;
    }
  }
  return Object.fromEntries(read);
});

export const TRACE_VARIABLES = {
  OTEL_SDK_DISABLED: setting(z.string()),
  OTEL_TRACES_EXPORTER: setting(z.enum(['otlp', 'none'])),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(address),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: setting(address),
  OTEL_EXPORTER_OTLP_HEADERS: setting(pairs),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: setting(pairs),
  OTEL_EXPORTER_OTLP_PROTOCOL: setting(z.literal('http/json', 'is not http/json')),
  OTEL_EXPORTER_OTLP_TIMEOUT: setting(z.coerce.number().int().min(1).max(60_000)),
  OTEL_TRACES_SAMPLER: setting(z.enum(SAMPLERS)),
  OTEL_TRACES_SAMPLER_ARG: setting(z.coerce.number().min(0).max(1)),
  OTEL_SERVICE_NAME: setting(z.string()),
  OTEL_RESOURCE_ATTRIBUTES: setting(pairs),
};

const variables = z.object(TRACE_VARIABLES);

export type TraceSettings = {
  /** Where batches of spans are posted to. */
  readonly url: string;
  /** Of those posts; one may be a credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly sampler: SamplerName;
  /** 0 to 1, for the samplers that take a part. */
  readonly ratio: number;
  readonly serviceName: string | undefined;
  readonly resource: Readonly<Record<string, string>>;
};

const TIMEOUT_MS_DEFAULT = 10_000;

/** Undefined where nobody said where to, or said no: then nothing is traced. */
export function traceSettings(values: z.infer<typeof variables>): TraceSettings | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = values;
  const url = own ?? (base === undefined ? undefined : `${base}/v1/traces`);
  const isOff = values.OTEL_SDK_DISABLED?.toLowerCase() === 'true';
  if (url === undefined || isOff || values.OTEL_TRACES_EXPORTER === 'none') return undefined;
  return {
    url,
    headers: {
      ...values.OTEL_EXPORTER_OTLP_HEADERS,
      ...values.OTEL_EXPORTER_OTLP_TRACES_HEADERS,
    },
    timeoutMs: values.OTEL_EXPORTER_OTLP_TIMEOUT ?? TIMEOUT_MS_DEFAULT,
    sampler: values.OTEL_TRACES_SAMPLER ?? 'parentbased_always_on',
    ratio: values.OTEL_TRACES_SAMPLER_ARG ?? 1,
    serviceName: values.OTEL_SERVICE_NAME,
    resource: values.OTEL_RESOURCE_ATTRIBUTES ?? {},
  };
}
