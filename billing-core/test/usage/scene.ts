import { randomBytes } from 'node:crypto';
import type { Problem } from '../../src/contract/problem.ts';
import { newId } from '../../src/kit/id.ts';
import { portalUsageHttp, usageHttp } from '../../src/usage/http.ts';
import { rollOnce } from '../../src/usage/roller.ts';
import { openSurface, seedCustomer, type Answer, type Mounts, type Surface } from '../surface.ts';
import { ledger, NOON, type Entry } from './ledger.ts';

/** Two customers with a key each, and a route; the caller belongs to the first. */
export type Cast = {
  mine: { id: string; key: string };
  theirs: { id: string; key: string };
  route: string;
};

/** The ledger and the surfaces that show it, at 12:30 of the ledger's noon. */
export type Scene = {
  surface: Surface;
  /** New customers for a test; the portal's access check finds `mine`. */
  cast(): Promise<Cast>;
  /** Appends a batch and rolls it. */
  use(entries: Entry[]): Promise<void>;
  /** A GET of the portal side, below the caller's customer. */
  portal<Body>(path: string): Promise<Answer<Body & Partial<Problem>>>;
  admin<Body>(path: string): Promise<Answer<Body & Partial<Problem>>>;
};

async function seedKey({ sql, clock }: Surface, customer_id: string, name: string) {
  const id = newId('key', clock.now);
  const key = { id, customer_id, name, mode: 'live', prefix: 'tg_live_x', last4: 'abcd' };
  const secret = { secret_hash: randomBytes(32), created_by: 'test' };
  await sql`insert into api_keys ${sql({ ...key, ...secret })}`;
  return id;
}

const PORTAL = '/portal/v1/customers/:customer_id';

export async function openScene(mounts: Mounts = { [PORTAL]: portalUsageHttp() }): Promise<Scene> {
  const surface = await openSurface({ '/v1': usageHttp(), ...mounts });
  const { sql, clock, caller, send } = surface;
  clock.now = (NOON + 30) * 60_000;
  const { batch } = ledger(sql);
  const cast = async (): Promise<Cast> => {
    const [mine, theirs] = [await seedCustomer(surface), await seedCustomer(surface)];
    const route = newId('rte', clock.now);
    await sql`insert into routes ${sql({ id: route, name: `Weather ${route}` })}`;
    caller.customer = { id: mine.id, role: 'viewer' };
    return {
      mine: { id: mine.id, key: await seedKey(surface, mine.id, 'My key') },
      theirs: { id: theirs.id, key: await seedKey(surface, theirs.id, 'Their key') },
      route,
    };
  };
  return {
    surface,
    cast,
    use: async (entries) => {
      await batch(entries);
      await rollOnce(sql);
    },
    portal: (path) => send('GET', `${PORTAL.replace(':customer_id', caller.customer.id)}${path}`),
    admin: (path) => send('GET', `/v1${path}`),
  };
}

/** RFC 3339 of a minute since the epoch, as it goes into a query. */
export const at = (minute: number): string => new Date(minute * 60_000).toISOString();
