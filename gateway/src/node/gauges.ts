import type { SpanCounts } from '@tollgate/billing-core/contract/tracing.ts';
import type { Connections } from './connections.ts';
import type { GatewayOf, Meters } from './gateway.ts';
import { unshippedBoots } from './older-boots.ts';
import type { Telemetry } from './telemetry.ts';

/** Tells of all that is read when somebody asks for metrics. */
export function tell(telemetry: Telemetry, connections: Connections, of: GatewayOf): void {
  const { meters, config, tracing } = of;
  tellOfRequests(telemetry, connections, meters);
  tellOfUsage(telemetry, meters, config.spoolDir);
  if (tracing) tellOfSpans(telemetry, tracing.counts);
}

/** Tells of requests that are under way, or whose record is. */
function tellOfRequests(
  telemetry: Telemetry,
  connections: Connections,
  { metering }: Meters,
): void {
  telemetry.gauge('gateway_requests_in_flight', 'Requests under way', () => connections.busy);
  const open = (): number => metering.openRequests;
  telemetry.gauge('gateway_holds_open', 'Requests admitted and not yet recorded', open);
  const unwritten = (): number => metering.unwritten;
  telemetry.gauge('gateway_unwritten', 'Requests answered whose record is not on disk', unwritten);
}

/** Tells of usage that is on this disk alone. */
function tellOfUsage(telemetry: Telemetry, { metering }: Meters, spoolDir: string): void {
  telemetry.gauge(
    'gateway_spool_bytes',
    'Bytes of usage on disk that are kept until billing-core has them',
    () => metering.backlog.bytes,
  );
  telemetry.gauge(
    'gateway_records_unacknowledged',
    'Records of this boot that billing-core has not acknowledged',
    () => metering.backlog.records,
  );
  telemetry.gauge(
    'gateway_sync_lag_seconds',
    'Age of the oldest record that billing-core has not acknowledged; 0: it has all',
    () => metering.backlog.ageMs / 1_000,
  );
  telemetry.gauge(
    'gateway_boots_unshipped',
    'Boots before this one of which billing-core does not have all',
    () => unshippedBoots(spoolDir),
  );
}

/** Tells what became of spans, by the names that OpenTelemetry has for its own parts. */
function tellOfSpans(telemetry: Telemetry, counts: Readonly<SpanCounts>): void {
  telemetry.byError(
    'otel_sdk_exporter_span_exported_total',
    'Spans that were sent to the collector, and those that it did not take',
    () => [
      ['', counts.sent],
      ['refused', counts.refused],
    ],
  );
  telemetry.byError(
    'otel_sdk_processor_span_processed_total',
    'Spans that were let go since too many waited for the collector',
    () => [['queue_full', counts.left]],
  );
}
