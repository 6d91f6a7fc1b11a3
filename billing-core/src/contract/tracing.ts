import { ROOT_CONTEXT, trace, type Context, type Tracer } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import {
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '@opentelemetry/semantic-conventions';
import type { TraceParent } from './trace-parent.ts';
import type { TraceSettings } from './trace-settings.ts';

/** Spans that wait for the collector, or are under way to it: more than that are let go. */
export const SPANS_MAX = 2_048;
/** Each batch is made into JSON in one go, while requests wait: about half a ms (measured). */
const BATCH_SPANS = 128;
const SEND_EVERY_MS = 1_000;
/** No value of ours is long; one of a client may be. */
const VALUE_CHARS_MAX = 1_024;
/** How long the last spans may take when a program stops. */
const LAST_SPANS_MS = 2_000;
const WARN_EVERY_MS = 60_000;

/** What became of spans. `refused`: the collector did not take them; `left`: there was no room. */
export type SpanCounts = { sent: number; refused: number; left: number };

export type Traces = {
  readonly tracer: Tracer;
  /** Whether a caller says, by its flag, what becomes of what it asks for. */
  readonly callerDecides: boolean;
  readonly counts: Readonly<SpanCounts>;
  /** Sends what is left, as far as that can be done in time. */
  close(): Promise<void>;
};

export type TracesOf = {
  readonly settings: TraceSettings;
  readonly name: string;
  readonly version: string;
  /** Of this process. */
  readonly instance: string;
  /** ms of a clock that never runs back. */
  readonly now: () => number;
  /** Told now and then while the collector takes nothing. */
  readonly onRefused: (error: Error | undefined) => void;
};

/**
 * Spans on their way to the collector. Their number is bounded, whatever the collector does: what
 * does not fit is let go and counted, and no request ever waits.
 */
class Queue implements SpanProcessor {
  readonly counts: SpanCounts = { sent: 0, refused: 0, left: 0 };
  readonly #of: Pick<TracesOf, 'now' | 'onRefused'>;
  readonly #inner: BatchSpanProcessor;
  #waiting = 0;
  #warnedAt = -Infinity;

  constructor(exporter: SpanExporter, of: Pick<TracesOf, 'now' | 'onRefused'>) {
    this.#of = of;
    this.#inner = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) =>
          exporter.export(spans, (result) => {
            this.#sent(spans.length, result);
            done(result);
          }),
        shutdown: () => exporter.shutdown(),
      },
      maxQueueSize: SPANS_MAX,
      maxExportBatchSize: BATCH_SPANS,
      scheduledDelayMillis: SEND_EVERY_MS,
    });
  }

  #sent(spans: number, { code, error }: { code: ExportResultCode; error?: Error }): void {
    this.#waiting -= spans;
    if (code === ExportResultCode.SUCCESS) {
      this.counts.sent += spans;
      return;
    }
    this.counts.refused += spans;
    const now = this.#of.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.#of.onRefused(error);
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#waiting >= SPANS_MAX) {
      this.counts.left += 1;
      return;
    }
    this.#waiting += 1;
    this.#inner.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }
}

function samplerOf({ sampler, ratio }: TraceSettings): Sampler {
  const root = sampler.endsWith('traceidratio')
    ? new TraceIdRatioBasedSampler(ratio)
    : sampler.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new AlwaysOnSampler();
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

/**
 * Opens the way of this process's spans to the collector. Sets nothing global: libraries that
 * could tell of their own doings tell nothing, for nobody has looked at what they would tell.
 */
export function openTraces(of: TracesOf): Traces {
  const { settings, name, version, instance } = of;
  const { url, headers, timeoutMs, serviceName, resource } = settings;
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: timeoutMs });
  const queue = new Queue(exporter, of);
  const provider = new TracerProvider({
    sampler: samplerOf(settings),
    resource: resourceFromAttributes({
      ...resource,
      [ATTR_SERVICE_NAME]: serviceName ?? resource[ATTR_SERVICE_NAME] ?? name,
      [ATTR_SERVICE_VERSION]: version,
      [ATTR_SERVICE_INSTANCE_ID]: instance,
    }),
    spanLimits: { attributeValueLengthLimit: VALUE_CHARS_MAX },
    spanProcessors: [queue],
  });
  return {
    tracer: provider.getTracer('tollgate', version),
    callerDecides: settings.sampler.startsWith('parentbased_'),
    counts: queue.counts,
    close: () => inTime(provider.shutdown(), LAST_SPANS_MS),
  };
}

/** Waits for it so long (ms) at most; how it ends is of no interest any more. */
async function inTime(work: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work.catch(() => {}), late.promise]);
  clearTimeout(timer);
}

/** The context of a span whose parent is somewhere else; without one it begins a trace. */
export function contextOf(parent: TraceParent | undefined): Context {
  if (!parent) return ROOT_CONTEXT;
  const { traceId, spanId, flags: traceFlags } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
