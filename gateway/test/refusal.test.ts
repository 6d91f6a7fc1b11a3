import { describe, expect, it, vi } from 'vitest';
import { type Keys, Unreachable } from '../src/ports.ts';
import { head, useRigs } from './raw-client.ts';
import { KEY, keyFact, type Rig, type RigOptions, routeFact } from './rig.ts';

const rigs = useRigs();
const { clientOf } = rigs;
let served: string[] = [];

function rigOf(options: RigOptions = {}): Promise<Rig> {
  served = [];
  return rigs.rigOf({
    upstream: (request, response) => {
      served.push(`${request.method} ${request.url}`);
      request.resume();
      request.on('end', () => response.end(JSON.stringify(request.rawHeaders)));
    },
    ...options,
  });
}

describe('refusals in their order', () => {
  const fact = keyFact();
  const problem = async (rig: Rig, path = '/', init: RequestInit = {}) => {
    const response = await fetch(rig.url + path, { headers: { 'x-api-key': KEY }, ...init });
    return { response, body: (await response.json()) as Record<string, unknown> };
  };

  it.each([
    ['revoked', { revoked: true }, 401, 'key_revoked'],
    ['disabled', { revoked: true, disabled: true }, 401, 'key_disabled'],
    ['expired', { expires_at: 1_000 }, 401, 'key_expired'],
    ['of other routes', { routes: ['rte_2', 'rte_3'] }, 403, 'key_route_refused'],
    [
      'archived',
      { customer: { ...fact.customer, state: 'archived' as const } },
      403,
      'customer_archived',
    ],
    [
      'unsubscribed',
      { customer: { ...fact.customer, subscription: null } },
      402,
      'subscription_missing',
    ],
  ])('%s', async (_name, more, status, code) => {
    const rig = await rigOf({ fact: keyFact(more), now: 1_000 });
    const { response, body } = await problem(rig);
    expect(response.status).toBe(status);
    expect(body).toMatchObject({ code, status, request_id: response.headers.get('x-request-id') });
    expect(rig.refusals).toEqual([`cus_1 ${code}`]);
    expect(served).toEqual([]);
  });

  it('an unknown key is 401 and counted for nobody; a 401 says how to sign in', async () => {
    const rig = await rigOf({ fact: null });
    const { response, body } = await problem(rig);
    expect([response.status, body.code]).toEqual([401, 'key_unknown']);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(rig.refusals).toEqual([]);
  });

  it('the route is looked for before the key: a 404 spends and tells nothing', async () => {
    const keys = { peek: vi.fn<Keys['peek']>(), load: vi.fn<Keys['load']>() };
    const rig = await rigOf({
      keys,
      routes: (upstream_url) => [
        routeFact({ upstream_url, path_pattern: '/v1/*', methods: ['POST'] }),
      ],
    });
    expect((await problem(rig, '/v2')).body.code).toBe('route_not_found');
    const { response, body } = await problem(rig, '/v1/a');
    expect([body.code, response.headers.get('allow')]).toEqual(['method_not_allowed', 'POST']);
    expect(keys.peek).not.toHaveBeenCalled();
  });

  it('a key that core cannot be asked about is 503', async () => {
    const keys: Keys = { peek: () => undefined, load: () => Promise.reject(new Unreachable()) };
    const { response, body } = await problem(await rigOf({ keys }));
    expect([response.status, body.code]).toEqual([503, 'key_unverifiable']);
    expect(response.headers.get('retry-after')).toBe('1');
  });

  it('a key that has to be loaded first is served', async () => {
    const keys: Keys = { peek: () => undefined, load: () => Promise.resolve(keyFact()) };
    const rig = await rigOf({ keys });
    const response = await fetch(rig.url, { headers: { authorization: `Bearer ${KEY}` } });
    expect(response.status).toBe(200);
  });

  it('a bug in a port is a 500 with a request id, and the gateway lives', async () => {
    const crash = (): never => {
      throw new Error('bug');
    };
    const rig = await rigOf({ keys: { peek: crash, load: crash } });
    for (let i = 0; i < 2; i++) {
      const { response, body } = await problem(rig);
      expect([response.status, body.code]).toEqual([500, 'internal']);
    }
    const later = await rigOf({
      keys: { peek: () => undefined, load: () => Promise.reject(new Error('bug')) },
    });
    expect((await problem(later)).body.code).toBe('internal');
  });

  it('a limit that refuses names itself, and when to come again', async () => {
    const limits = [{ name: 'burst', quota: 20, windowS: 2, remaining: 0, resetS: 3 }];
    const rig = await rigOf({
      admit: () => ({
        kind: 'refused',
        limits,
        refusal: { reason: 'rate_limited', retryAfterS: 1, violated: ['burst'] },
      }),
    });
    const { response, body } = await problem(rig);
    expect(response.status).toBe(429);
    expect(body).toMatchObject({ code: 'rate_limited', 'violated-policies': ['burst'] });
    expect(response.headers.get('ratelimit')).toBe('"burst";r=0;t=3');
    expect(response.headers.get('retry-after')).toBe('3');
    expect(rig.refusals).toEqual(['cus_1 rate_limited']);
  });

  it('an admission that has to wait is waited for', async () => {
    const rig = await rigOf({
      admit: async (request) => {
        await new Promise((done) => setTimeout(done, 20));
        const { requestId, fact: of, route } = request;
        const hold = { requestId, fact: of, route, admittedAt: 0, spends: [] };
        return { kind: 'admitted', limits: [], hold };
      },
    });
    expect((await fetch(rig.url, { headers: { 'x-api-key': KEY } })).status).toBe(200);
  });
});

describe('what the upstream sees', () => {
  it('our fields, whatever Connection says, and no credential', async () => {
    const rig = await rigOf();
    const names = 'x-tollgate-customer, X-Tollgate-Key, x-request-id, x-forwarded-for, close';
    const client = clientOf(rig).send(
      head('GET /', `Connection: ${names}`, 'X-Tollgate-Customer: cus_evil', 'X_Tollgate_Key: k'),
    );
    const text = await client.until(/200 OK[^]*\]/);
    const raw = JSON.parse(/\[.*\]/.exec(text)![0]) as string[];
    const fields = new Map<string, string[]>();
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i]!.toLowerCase();
      fields.set(name, [...(fields.get(name) ?? []), raw[i + 1]!]);
    }
    expect(fields.get('x-tollgate-customer')).toEqual(['cus_1']);
    expect(fields.get('x-tollgate-key')).toEqual(['key_1']);
    expect(fields.get('x-request-id')).toEqual([/X-Request-Id: (\S+)/.exec(text)![1]]);
    expect(fields.get('x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(fields.get('host')).toEqual([`127.0.0.1:${rig.upstreamPort}`]);
    expect(raw.join(' ')).not.toContain(KEY);
    expect(raw.join(' ')).not.toContain('evil');
  });

  it('a trusted proxy is believed', async () => {
    const rig = await rigOf({ trusted: ['127.0.0.1'] });
    const client = clientOf(rig).send(head('GET /', 'X-Forwarded-For: 9.9.9.9'));
    expect(await client.until(/200 OK[^]*\]/)).toMatch(/"9\.9\.9\.9, 127\.0\.0\.1"/);
  });

  it('every proxied answer carries the RateLimit fields', async () => {
    const limits = [{ name: 'month', quota: 10, windowS: 86_400, remaining: 7, resetS: 60 }];
    const rig = await rigOf({ limits });
    const response = await fetch(rig.url, { headers: { 'x-api-key': KEY } });
    expect(response.headers.get('ratelimit-policy')).toBe('"month";q=10;w=86400');
    expect(response.headers.get('ratelimit')).toBe('"month";r=7;t=60');
  });

  it('a public route needs no key and is recorded for nobody', async () => {
    const rig = await rigOf({
      routes: (upstream_url) => [routeFact({ upstream_url, public: true })],
    });
    expect((await fetch(rig.url)).status).toBe(200);
    expect(rig.metering.begun).toEqual([]);
    expect(rig.host.connections.busy).toBe(0);
  });
});
