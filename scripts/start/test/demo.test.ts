import { expect, test } from 'vitest';
import type { CoreApi } from '../core-api.ts';
import { ensureDemo } from '../demo.ts';
import type { Secrets } from '../secrets.ts';

type Row = Record<string, unknown> & { id: string };

/** As much of billing-core as the demo data needs; it can be cut off after some writes. */
class PretendCore {
  readonly rows = new Map<string, Row[]>();
  writesLeft = Number.POSITIVE_INFINITY;

  readonly api: CoreApi = {
    get: async <Body>(path: string) => ({ data: this.of(path) }) as Body,
    post: async <Body>(path: string, body: unknown) =>
      this.#write(() => this.#post(path, body)) as Body,
    patch: async <Body>(path: string, body: unknown) =>
      this.#write(() => this.#patch(path, body)) as Body,
    put: async <Body>(path: string, body: unknown) =>
      this.#write(() => {
        const row = { id: path, ...(body as object) };
        this.rows.set(path, [row]);
        return row;
      }) as Body,
    knowsToken: async () => true,
  };

  of(path: string): Row[] {
    const [list = ''] = path.split('?');
    return this.rows.get(list) ?? [];
  }

  // Cut off after the write: billing-core has it, the supervisor never hears of it.
  #write(work: () => Row): Row {
    const row = work();
    this.writesLeft -= 1;
    if (this.writesLeft < 0) throw new Error('cut off');
    return row;
  }

  #post(path: string, body: unknown): Row {
    const action = /^(.*)\/(revoke|publish)$/.exec(path);
    if (action)
      return this.#patch(action[1]!, { state: action[2] === 'revoke' ? 'revoked' : 'published' });
    const plan = /^\/v1\/plans\/(.*)\/versions$/.exec(path);
    const list = plan ? (this.#find(plan[1]!)['versions'] as Row[]) : this.of(path);
    const usual = { state: path.includes('version') ? 'draft' : 'active', versions: [] };
    const row = { ...usual, ...(body as object), id: `${path}${list.length}`.replaceAll('/', '_') };
    list.push(row);
    if (!plan) this.rows.set(path, list);
    return path.endsWith('/keys') ? { ...row, secret: `secret of ${row.id}` } : row;
  }

  #patch(path: string, body: unknown): Row {
    return Object.assign(this.#find(path.split('/').at(-1)!), body);
  }

  #find(id: string): Row {
    const all = [...this.rows.values()].flat();
    const versions = all.flatMap((row) => (row['versions'] as Row[] | undefined) ?? []);
    return [...all, ...versions].find((row) => row.id === id)!;
  }
}

const freshSecrets = (): Secrets => ({
  databasePassword: '',
  authSecret: '',
  secretsKey: '',
  adminPassword: 'a',
  customerPassword: 'c',
});

const ADDRESSES = { upstreamUrl: 'http://127.0.0.1:4003', portalUrl: 'http://localhost:4000' };

function seed(core: PretendCore, secrets: Secrets, moved: Partial<typeof ADDRESSES> = {}) {
  const save = (demo: Secrets['demo'] & object): void => void (secrets.demo = demo);
  return ensureDemo({ api: core.api, secrets, ...ADDRESSES, ...moved, save });
}

test('wherever a start is cut off, the next completes the demo and doubles nothing', async () => {
  for (let writes = 0; ; writes += 1) {
    const core = new PretendCore();
    const secrets = freshSecrets();
    core.writesLeft = writes;
    const wasCutOff = await seed(core, secrets).then(
      () => false,
      () => true,
    );
    core.writesLeft = Number.POSITIVE_INFINITY;
    expect(await seed(core, secrets)).toBe(true);

    const plans = core.of('/v1/plans');
    expect(plans.map((plan) => plan['slug'])).toEqual(['free', 'pro']);
    for (const plan of plans) {
      expect(plan['versions']).toEqual([expect.objectContaining({ state: 'published' })]);
    }
    for (const list of ['/v1/routes', '/v1/customers', '/v1/subscriptions']) {
      expect(core.of(list), list).toHaveLength(1);
    }
    expect(core.of('/v1/users')).toHaveLength(2);
    expect(core.of('/v1/api-document')).toHaveLength(1);
    const keys = core.of(`/v1/customers/${secrets.demo!.customerId}/keys`);
    const active = keys.filter(({ state }) => state === 'active');
    expect(active.map(({ id }) => `secret of ${id}`)).toEqual([secrets.demo!.apiKey]);
    if (!wasCutOff) return;
  }
});

test('an installation that others filled is left as it is', async () => {
  const core = new PretendCore();
  await core.api.post('/v1/customers', { name: 'Somebody' });
  expect(await seed(core, freshSecrets())).toBe(false);
  expect([...core.rows.keys()]).toEqual(['/v1/customers']);
});

test('the demo route follows the demo API and the portal, unless somebody changed it', async () => {
  const core = new PretendCore();
  const secrets = freshSecrets();
  const route = (): Row => core.of('/v1/routes')[0]!;
  await seed(core, secrets);
  expect(route()).toMatchObject({ cors: { origins: ['http://localhost:4000'] } });
  const moved = { upstreamUrl: 'http://127.0.0.1:5003', portalUrl: 'http://localhost:5000' };
  await seed(core, secrets, moved);
  expect(route()['upstream_url']).toBe('http://127.0.0.1:5003');
  expect(route()['cors']).toEqual({ origins: ['http://localhost:5000'] });
  const own = { upstream_url: 'https://mine', cors: { origins: ['https://mine', '*'] } };
  await core.api.patch(`/v1/routes/${route().id}`, own);
  await seed(core, secrets);
  expect(route()).toMatchObject(own);
  await core.api.patch(`/v1/routes/${route().id}`, { cors: null });
  await seed(core, secrets, moved);
  expect(route()['cors']).toBeNull();
});
