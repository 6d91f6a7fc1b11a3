import { join } from 'node:path';
import type Stripe from 'stripe';
import { vi } from 'vitest';
import { systemClock } from '../../../billing-core/src/kit/clock.ts';
import type { Sql } from '../../../billing-core/src/kit/database.ts';
import { openLog } from '../../../billing-core/src/kit/log.ts';
import { openStripe } from '../../../billing-core/src/stripe/client.ts';
import { KeyWatch } from '../../../billing-core/src/stripe/key-watch.ts';
import type { StripeKit } from '../../../billing-core/src/stripe/kit.ts';
import { openScene, type Scene } from '../../../billing-core/test/invoicing/scene.ts';
import { testFolder } from '../../test/folder.ts';
import { freePort } from '../../test/free-port.ts';
import { corePart, type CoreOf } from './core.ts';
import { Part } from './part.ts';

const KEY = 'sk_test_chaos';
const DAY_MS = 86_400_000;
const QUICK = { timeout: 60_000, interval: 50 };

type Rule = { fault: string; hit: number };
export type CollectingOf = Pick<CoreOf, 'without'> & {
  seed: string;
  /** Whether Stripe delivers its events; else it is asked for them every five seconds. */
  hasWebhook: boolean;
};

function urlOf(sql: Sql): string {
  const { host, port, user, pass, database } = sql.options as unknown as {
    [setting: string]: string[] & string;
  };
  return `postgres://${user}:${pass ?? ''}@${host?.[0]}:${port?.[0]}/${database}`;
}

const clientOf = (base: string): Stripe =>
  openStripe({ secretKey: KEY, apiBase: new URL(base), webhookSecrets: [] });

/** Has Stripe deliver all events there. Out: the secret that it signs with. */
async function endpointAt(base: string, url: string): Promise<string> {
  const endpoint = { url, enabled_events: ['*' as const] };
  return (await clientOf(base).webhookEndpoints.create(endpoint)).secret ?? '';
}

/**
 * A core that Stripe collects for and a local Stripe, a process each, on the database of a scene:
 * what people do is done in this process, what is told and heard by that core alone.
 */
export class Collecting {
  readonly scene: Scene;
  readonly core: Part;
  /** How often each kind of fault was met, over all lives of the local Stripe. */
  readonly met = new Map<string, number>();
  readonly #sim: Part;
  readonly #base: string;

  private constructor(scene: Scene, { core, sim, base }: { core: Part; sim: Part; base: string }) {
    this.scene = scene;
    this.core = core;
    this.#sim = sim;
    this.#base = base;
  }

  static async open({ seed, hasWebhook, without }: CollectingOf): Promise<Collecting> {
    const [simPort, port, privatePort] = [await freePort(), await freePort(), await freePort()];
    const base = `http://127.0.0.1:${simPort}`;
    const sim = new Part({
      name: 'stripe',
      args: ['stripe-sim/src/main.ts'],
      readyUrl: `${base}/_sim/clock`,
      env: {
        STRIPE_SIM_PORT: `${simPort}`,
        STRIPE_SIM_STATE: join(testFolder('stripe'), 'stripe.json'),
        STRIPE_SIM_SEED: seed,
      },
    });
    await sim.start();
    // All of it after core began to collect, which goes by the machine's clock.
    const scene = await openScene(Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS);
    const env = { STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: base };
    const url = `http://127.0.0.1:${port}/webhooks/stripe`;
    const core = corePart({
      databaseUrl: urlOf(scene.core.sql),
      port,
      privatePort,
      env: { ...env, ...(hasWebhook && { STRIPE_WEBHOOK_SECRET: await endpointAt(base, url) }) },
      ...(without && { without }),
    });
    const made = new Collecting(scene, { core, sim, base });
    await core.start();
    // What became final before is none of Stripe's business.
    const { sql } = scene.core;
    await vi.waitUntil(async () => (await sql`select from stripe_feed`).length === 1, QUICK);
    return made;
  }

  /** A client beside core's: what the owner of the account sees. */
  stripe(): Stripe {
    return clientOf(this.#base);
  }

  /** What core is made of, for what a test does in its own process; by the machine's clock. */
  kit(): StripeKit {
    const send = async (): Promise<void> => {};
    const { sql } = this.scene.core;
    const log = openLog('test', 'silent');
    const clocks = { clock: systemClock, wallClock: systemClock };
    const watch = new KeyWatch(systemClock);
    return { sql, log, stripe: this.stripe(), ...clocks, send, watch };
  }

  /** A control of the local Stripe's. */
  async control(path: string, body?: object): Promise<unknown> {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${this.#base}/_sim${path}`, sent);
    // A control that is refused does nothing, and a test would show nothing.
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  /** What Stripe has, by kind. */
  async objects<Objects>(): Promise<Objects> {
    return ((await this.control('/snapshot')) as { objects: Objects }).objects;
  }

  /** Resolves when Stripe has done what a request asks for whose answer this fault holds back. */
  async hit(fault: string): Promise<void> {
    await vi.waitUntil(async () => {
      const log = await (await fetch(`${this.#base}/_sim/requests`)).text();
      return log.includes(`"fault":"${fault}"`);
    }, QUICK);
  }

  /** No call goes wrong any more. */
  async peace(): Promise<void> {
    await this.#count();
    await fetch(`${this.#base}/_sim/faults`, { method: 'DELETE' });
  }

  /** What it has is kept, as Stripe's is; whoever waits for an answer gets none. */
  async restartStripe(): Promise<void> {
    await this.#count();
    await this.#sim.end('SIGTERM');
    await this.#sim.start();
  }

  async killCore(): Promise<void> {
    await this.core.end('SIGKILL');
    await this.core.start();
  }

  /** Nobody waits for as long as the last failure said, nor for who died. */
  async hurry(): Promise<void> {
    const { sql } = this.scene.core;
    await sql`update stripe_queue set claimed_until = '-infinity'`;
    await sql`update stripe_events set claimed_until = '-infinity' where applied_at is null`;
  }

  /** How many are still to be told of, and how many events to be acted on. */
  async left(): Promise<number> {
    const [row] = await this.scene.core.sql<{ waiting: number }[]>`
      select ((select count(*) from stripe_queue)
            + (select count(*) from stripe_events where applied_at is null)
            + (select count(*) from changes, stripe_feed
                where feed = 'money' and number > cursor))::int as waiting`;
    return row?.waiting ?? -1;
  }

  async close(): Promise<void> {
    await this.core.end('SIGKILL');
    await this.#sim.end('SIGKILL');
    await this.scene.core.close();
  }

  async #count(): Promise<void> {
    const { rules } = (await this.control('/faults')) as { rules: Rule[] };
    for (const { fault, hit } of rules) this.met.set(fault, (this.met.get(fault) ?? 0) + hit);
  }
}
