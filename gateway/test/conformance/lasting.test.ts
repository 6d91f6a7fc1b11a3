import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

// Responses that last are recorded span by span, and each span is admitted anew.

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 15_000, interval: 50 };
/** As the hosts of these tests are set. */
const SPAN_MS = 1_000;
/** Slower than a gateway waits for core a stream is torn, as it has to be. */
const CORE_WAIT_MS = 900;
const BODY_BYTES_MAX = 100;
const PIECE = 'x'.repeat(500);
// Hosts are processes, on a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

let world: World;
let upstream: Upstream;
let bytes: string;
let streams: ServerResponse[] = [];
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  upstream.handler = (_, response) => {
    response.on('error', () => {});
    response.write('begun');
    streams.push(response);
  };
  const slug = { slug: 'bytes', name: 'bytes', unit: 'byte' };
  bytes = `${(await world.core.admin('POST', '/v1/meters', slug)).body['id']}`;
  await world.route({
    path_pattern: '/stream',
    upstream_url: upstream.url,
    max_body_bytes: BODY_BYTES_MAX,
    metering: [
      { meter: 'requests', source: 'request' },
      { meter: 'bytes', source: 'response_bytes' },
    ],
  });
});
afterAll(async () => {
  upstream.close();
  await world.close();
});
afterEach(() => {
  for (const stream of streams) stream.destroy();
  streams = [];
});

async function ledger(of: Seller): Promise<{ requests: number; bytes: number }> {
  const rows = await world.core.sql<{ meter_id: string; sum: number }[]>`
    select meter_id, sum(quantity)::int as sum from usage_entries
     where customer_id = ${of.customerId} and billable group by meter_id`;
  const sum = (id: string): number => rows.find(({ meter_id }) => meter_id === id)?.sum ?? 0;
  return { requests: sum('mtr_requests'), bytes: sum(bytes) };
}

/** A client that reads a stream; what it has, and how it ended. */
class Reader {
  received = 0;
  end: 'whole' | 'torn' | undefined;

  async read(url: string, { key }: Seller): Promise<void> {
    try {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
      for await (const chunk of answer.body ?? []) this.received += chunk.length;
      this.end = 'whole';
    } catch {
      this.end = 'torn';
    }
  }
}

describe.each(KINDS)('a response that lasts through a gateway on %s', (kind) => {
  let host: Host;
  beforeAll(async () => {
    host = await openHost(kind, { world });
  });
  afterAll(() => host.kill());

  async function begin(seller: Seller): Promise<{ reader: Reader; stream: ServerResponse }> {
    const reader = new Reader();
    void reader.read(`${host.urls[0]}/stream`, seller);
    await vi.waitFor(() => expect(reader.received).toBe(5), SOON);
    return { reader, stream: streams.at(-1)! };
  }

  test('is in the ledger while it goes on, as one request', async () => {
    const seller = await world.customer();
    const { reader, stream } = await begin(seller);
    const recorded = (much: number): Promise<void> =>
      vi.waitFor(
        async () => expect(await ledger(seller)).toEqual({ requests: 1, bytes: much }),
        SOON,
      );
    await recorded(5);
    stream.write(PIECE);
    await recorded(505);
    expect(reader.end).toBe(undefined);
    stream.end('over');
    await vi.waitFor(() => expect(reader).toMatchObject({ end: 'whole', received: 509 }), SOON);
    await recorded(509);
  });

  test('kill -9 loses of it what passed since its last span', async () => {
    const seller = await world.customer();
    const { reader, stream } = await begin(seller);
    stream.write(PIECE);
    await vi.waitFor(async () => expect((await ledger(seller)).bytes).toBe(505), SOON);
    await host.kill();
    await vi.waitFor(() => expect(reader.end).toBe('torn'), SOON);
    await host.start();
    expect(await ledger(seller)).toEqual({ requests: 1, bytes: 505 });
  });

  test('a key that is revoked meanwhile ends it, torn, within the bound', async () => {
    const seller = await world.customer();
    const { reader } = await begin(seller);
    await world.core.admin('POST', `/v1/keys/${seller.keyId}/revoke`, {});
    const revokedAt = performance.now();
    await vi.waitFor(() => expect(reader.end).toBe('torn'), SOON);
    const took = Math.round(performance.now() - revokedAt);
    expect(took).toBeLessThan(host.revocationMs + SPAN_MS);
    process.stdout.write(`${kind}: a response that lasts ended ${took} ms after its revocation\n`);
    await vi.waitFor(
      async () => expect(await ledger(seller)).toEqual({ requests: 1, bytes: 5 }),
      SOON,
    );
  });

  /** Out: who read it, and how long the stream went on once core was asked for more units. */
  async function endWhileAsking(seller: Seller): Promise<{ reader: Reader; askedMs: number }> {
    const { reader, stream } = await begin(seller);
    const asking = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    // The record of what used the quota up, and with it the question for more.
    world.beforeSync = ({ batch, leases }) => {
      const isOurs = leases.some(({ window }) => window.startsWith(seller.customerId));
      if (!isOurs || batch === null) return;
      asking.resolve();
      return ended.promise;
    };
    stream.write(PIECE.repeat(8));
    await asking.promise;
    const askedAt = performance.now();
    stream.end('over');
    await vi.waitUntil(() => reader.end, SOON);
    const askedMs = performance.now() - askedAt;
    world.beforeSync = () => {};
    ended.resolve();
    return { reader, askedMs };
  }

  test('one that ended while core was asked was refused nothing', async () => {
    const quota = { limit: 3_000, meter: bytes };
    let seller = await world.customer({ quota });
    let { reader, askedMs } = await endWhileAsking(seller);
    // Torn as a process stood still for longer than core is waited for: that shows nothing.
    while (reader.end === 'torn' && askedMs >= CORE_WAIT_MS) {
      seller = await world.customer({ quota });
      ({ reader, askedMs } = await endWhileAsking(seller));
    }
    expect(reader).toMatchObject({ end: 'whole', received: 4_009 });
    await vi.waitFor(async () => expect((await ledger(seller)).bytes).toBe(4_009), SOON);
    // What is refused is counted in order: with a later one here the others are, too.
    const url = `${host.urls[0]}/stream`;
    const headers = { authorization: `Bearer ${seller.key}` };
    const large = { method: 'POST', headers, body: 'x'.repeat(BODY_BYTES_MAX + 1) };
    expect((await fetch(url, large)).status).toBe(413);
    const refusals = () => world.core.sql<{ reason: string; sum: number }[]>`
      select reason, sum(requests)::int as sum from usage_refusals
       where customer_id = ${seller.customerId} group by 1 order by 1`;
    const isLast = async (): Promise<boolean> =>
      (await refusals()).some(({ reason }) => reason === 'body_too_large');
    await vi.waitUntil(isLast, SOON);
    expect((await refusals()).map((row) => ({ ...row }))).toEqual([
      { reason: 'body_too_large', sum: 1 },
    ]);
  });

  test('a hard quota that is used up ends it; what passed until then is there', async () => {
    const seller = await world.customer({ quota: { limit: 3_000, meter: bytes } });
    const { reader, stream } = await begin(seller);
    const timer = setInterval(() => stream.write(PIECE), 100);
    stream.once('close', () => clearInterval(timer));
    await vi.waitFor(() => expect(reader.end).toBe('torn'), SOON);
    clearInterval(timer);
    expect(reader.received).toBeGreaterThanOrEqual(3_000);
    await vi.waitFor(async () => {
      expect((await ledger(seller)).bytes).toBeGreaterThanOrEqual(reader.received);
    }, SOON);
  });
});
