import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const PARTIES = 3;
const SHARDS = 2;
const LONG = { timeout: 20_000, interval: 100 };
const LOAD_MS = 2_500;
/** Between the order to kill and the death. */
const KILL_MS = 100;
// Processes are started and killed on a machine that does other things as well.
vi.setConfig({ testTimeout: 60_000 });

let world: World;
let upstream: Upstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  await world.route({ path_pattern: '/*', upstream_url: upstream.url });
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

/** Requests of one customer, one after another, until told to stop. Out: complete answers. */
class Client {
  answered = 0;
  /** When each of them was complete. */
  readonly answeredAt: number[] = [];
  statuses = new Map<number, number>();
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(seller: Seller, url: () => string) {
    this.#done = this.#run(seller, url);
  }

  async #run(seller: Seller, url: () => string): Promise<void> {
    while (!this.#stopped) {
      try {
        const answer = await fetch(url(), { headers: { 'x-api-key': seller.key } });
        await answer.text();
        this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
        if (answer.status === 200) this.answered = this.answeredAt.push(performance.now());
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#done;
  }
}

/** Clients of one customer, spread over the gateways of a host. */
function clients(host: Host, seller: Seller, count: number): Client[] {
  return Array.from({ length: count }, (_, at) => {
    return new Client(seller, () => `${host.urls[at % host.urls.length]}/load`);
  });
}
/** Answers that came within so many ms before one of these moments. */
const answeredBefore = (all: Client[], moments: readonly number[], ms: number): number =>
  all
    .flatMap(({ answeredAt }) => answeredAt)
    .filter((at) => ms > 0 && moments.some((moment) => at >= moment - ms && at <= moment + KILL_MS))
    .length;
const total = (all: Client[]): number => all.reduce((sum, { answered }) => sum + answered, 0);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(KINDS)('%s, killed', (kind) => {
  let host: Host;
  beforeAll(async () => {
    host = await openHost(kind, { world, count: 2, shards: SHARDS });
  });
  afterAll(() => host.kill());

  const KILLS = 3;
  const CLIENTS = 8;

  test('loses at most its bound, and records no more than was served', async () => {
    const seller = await world.customer();
    const all = clients(host, seller, CLIENTS);
    const killedAt: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const before = total(all);
      // Long enough that most of what is answered is older than what a kill may lose.
      await pause(LOAD_MS);
      await vi.waitFor(() => expect(total(all)).toBeGreaterThan(before + 60), LONG);
      killedAt.push(performance.now());
      await host.kill();
      await host.start();
    }
    await pause(300);
    await Promise.all(all.map((client) => client.stop()));
    const answered = total(all);
    const late = answeredBefore(all, killedAt, host.lossMs);
    const served = upstream.requests.filter(
      ({ headers }) => headers['x-tollgate-customer'] === seller.customerId,
    ).length;
    let recorded = -1;
    await vi.waitFor(
      async () => {
        const before = recorded;
        recorded = await world.ledger(seller.customerId);
        expect(recorded).toBe(before);
        expect(recorded).toBeGreaterThanOrEqual(answered - late);
      },
      { timeout: 20_000, interval: 2_500 },
    );
    // What is recorded was served, once; what was not is lost, or was in flight.
    expect(recorded).toBeLessThanOrEqual(served);
    expect(served).toBeLessThanOrEqual(answered + KILLS * CLIENTS);
    const lost = answered - recorded;
    process.stdout.write(
      `${kind}, killed ${KILLS} times under load: upstream served ${served}, ${answered} answers ` +
        `complete, ${recorded} recorded; lost ${Math.max(0, lost)}, at most ${late}\n`,
    );
  });

  test('a hard quota is never passed, whatever is killed', async () => {
    const limit = 120;
    const seller = await world.customer({ quota: { limit } });
    const all = clients(host, seller, CLIENTS);
    await vi.waitFor(() => expect(total(all)).toBeGreaterThan(30), LONG);
    await host.kill();
    await host.start();
    await pause(4_000);
    await Promise.all(all.map((client) => client.stop()));
    await pause(1_500);
    expect(await world.ledger(seller.customerId)).toBeLessThanOrEqual(limit);
    expect(total(all)).toBeLessThanOrEqual(limit);
  });
});

describe.each(KINDS)('several of %s', (kind) => {
  let host: Host;
  beforeAll(async () => {
    host = await openHost(kind, { world, count: PARTIES, shards: SHARDS });
  });
  afterAll(() => host.kill());

  test('spend a hard quota to the last unit and not beyond', async () => {
    const limit = 200;
    const seller = await world.customer({ quota: { limit } });
    const before = upstream.served.length;
    const all = clients(host, seller, 12);
    const spent = (): number => upstream.served.length - before;
    await vi.waitFor(() => expect(spent()).toBe(limit), LONG);
    await pause(1_500);
    await Promise.all(all.map((client) => client.stop()));
    expect(spent()).toBe(limit);
    expect(total(all)).toBe(limit);
    await vi.waitFor(async () => expect(await world.ledger(seller.customerId)).toBe(limit), LONG);
  });

  test('an upgrade unlocks those who stood at the limit', async () => {
    const seller = await world.customer({ quota: { limit: 5 } });
    const all = clients(host, seller, 3);
    await vi.waitFor(() => expect(total(all)).toBe(5), LONG);
    await world.upgrade(seller, { quota: { limit: 40 } });
    await vi.waitFor(() => expect(total(all)).toBe(40), LONG);
    await Promise.all(all.map((client) => client.stop()));
    await vi.waitFor(async () => expect(await world.ledger(seller.customerId)).toBe(40), LONG);
  });
});
