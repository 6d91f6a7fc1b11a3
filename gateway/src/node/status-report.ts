import {
  type GatewayReport,
  UPSTREAMS_TOLD_MAX,
} from '@tollgate/billing-core/contract/gateway-report.ts';
import type { Fleet } from '../core/fleet.ts';
import { CoreClient } from './core-client.ts';
import type { GatewayOf } from './gateway.ts';
import type { Log } from './log.ts';

const EVERY_MS = 5_000;
const TIMEOUT_MS = 2_000;

export type StatusReportOf = {
  /** How this process does now. */
  readonly read: () => GatewayReport;
  /** Core took it, or this throws. */
  readonly send: (report: GatewayReport, timeoutMs: number) => Promise<void>;
  readonly log: Log;
  /** Between two reports; EVERY_MS when left out. */
  readonly everyMs?: number;
};

/**
 * Tells core every few seconds how this process does, for people who look. Beside the syncs: what
 * is lost here is told anew, and a core that does not know of it yet takes usage all the same.
 */
export class StatusReport {
  readonly #of: StatusReportOf;
  readonly #timer: NodeJS.Timeout;
  #sending: Promise<void> | undefined;

  constructor(of: StatusReportOf) {
    this.#of = of;
    this.#timer = setInterval(() => this.#turn(), of.everyMs ?? EVERY_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  #turn(): void {
    // A core that is slow is not asked by several at once.
    this.#sending ??= this.#tell().finally(() => (this.#sending = undefined));
  }

  async #tell(): Promise<void> {
    const { read, send, log } = this.#of;
    const { upstreams, ...report } = read();
    // Where there are too many, those that are not well are what somebody looks for.
    const sorted =
      upstreams.length > UPSTREAMS_TOLD_MAX ? upstreams.toSorted(worseFirst) : upstreams;
    try {
      await send({ ...report, upstreams: sorted.slice(0, UPSTREAMS_TOLD_MAX) }, TIMEOUT_MS);
    } catch (error) {
      log.debug({ err: error }, 'billing-core was not told how this gateway does');
    }
  }
}

type Told = GatewayReport['upstreams'][number];

const isBad = ({ breaker, checks }: Told): boolean =>
  checks?.state === 'failing' || (breaker !== null && breaker.state !== 'closed');

const worseFirst = (a: Told, b: Told): number => Number(isBad(b)) - Number(isBad(a));

/** Tells core how this process does, from now on. */
export function openStatusReport({ config, log, meters }: GatewayOf, fleet: Fleet) {
  const core = new CoreClient(config.coreUrl, config.token);
  const report = new StatusReport({
    log,
    read: () => {
      const { records, bytes, ageMs } = meters.metering.backlog;
      const oldest_ms = Math.round(ageMs);
      return {
        gateway: meters.gateway,
        boot: meters.boot,
        spool: { bytes, bytes_max: config.spoolBytesMax, records, oldest_ms },
        upstreams: fleet.told(),
      };
    },
    send: (message, timeoutMs) => core.post('/internal/v1/report', message, timeoutMs),
  });
  return { close: (): Promise<void> => report.close().finally(() => core.close()) };
}
