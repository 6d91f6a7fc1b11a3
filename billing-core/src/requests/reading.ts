import { metersById } from '../catalog/store.ts';
import type { Page } from '../contract/page.ts';
import type {
  RequestLog,
  RequestRecord,
  RequestsLive,
  RequestsQuery,
} from '../contract/request-log.ts';
import { openingsLeft } from '../customers/store.ts';
import type { Query } from '../kit/database.ts';
import type { Kit } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { watchUsage, type Watch } from '../usage/watch.ts';
import { shownRequest } from './model.ts';
import { listLogged, newestOf, skippedOf } from './store.ts';

/** Requests that the live tail has; who needs more reads the log. */
export const TAIL_REQUESTS = 50;

type Asked = RequestsQuery & { customerId: string; hours: number };

async function pageOfRequests(sql: Query, asked: Asked): Promise<Page<RequestRecord>> {
  const rows = await listLogged(sql, asked);
  const ids = new Set(rows.flatMap(({ units }) => units.map(([id]) => id)));
  const meters = new Map((await metersById(sql, [...ids])).map((meter) => [meter.id, meter]));
  const shape = { limit: asked.limit, key: (row: { number: bigint }) => String(row.number) };
  return pageFrom(rows, { ...shape, item: (row) => shownRequest(row, meters) });
}

/** A page of a customer's log, and how complete the log is. */
export async function requestLogOf(sql: Query, asked: Asked): Promise<RequestLog> {
  const { customerId, hours } = asked;
  return {
    ...(await pageOfRequests(sql, asked)),
    retention_hours: hours,
    skipped: await skippedOf(sql, customerId, hours),
  };
}

/** The newest requests of a customer at `now` (ms). */
async function tailOf(
  sql: Query,
  customerId: string,
  { hours, now }: { hours: number; now: number },
): Promise<RequestsLive> {
  const asked = { customerId, hours, limit: TAIL_REQUESTS };
  return {
    as_of: new Date(now).toISOString(),
    requests: (await pageOfRequests(sql, asked)).data,
    retention_hours: hours,
    skipped: await skippedOf(sql, customerId, hours),
  };
}

type LiveKit = Pick<Kit, 'sql' | 'clock' | 'log'>;

/** The live tails of this process. Whoever starts it stops it, before the server is closed. */
export const watchRequests = (kit: LiveKit, hours: number): Watch<RequestsLive> =>
  watchUsage({
    ...kit,
    marks: (customerIds) => newestOf(kit.sql, customerIds),
    read: (customerId) => tailOf(kit.sql, customerId, { hours, now: kit.clock() }),
    left: (openings) => openingsLeft(kit.sql, openings, kit.clock()),
  });
