import type { StartConfig } from './config.ts';
import type { DataDir } from './data-dir.ts';
import { ADMIN_EMAIL, CUSTOMER_EMAIL, DEMO_PATH } from './demo.ts';
import type { Pids } from './leftover-parts.ts';
import { addresses } from './parts.ts';
import type { Secrets } from './secrets.ts';
import { writeWhole } from './whole-file.ts';

export interface Login {
  email: string;
  password: string;
}

/** What a program needs to use the running product: the contents of dev.json. */
export interface DevFacts {
  gateway_url: string;
  billing_core_url: string;
  portal_url: string;
  upstream_url: string;
  /** E-mails that were not sent, as there is no mail server; null where one is set. */
  mailbox_url: string | null;
  /** The Stripe that collects here; null where it is your account's test mode. */
  stripe_url: string | null;
  database_url: string;
  admin_api_token: string;
  /** The logins and the demo are null on a database that others filled. */
  admin_login: Login | null;
  customer_login: Login | null;
  demo: { customer_id: string; api_key: string; path: string } | null;
  pids: Pids;
}

export interface Facts {
  config: StartConfig;
  secrets: Secrets;
  databaseUrl: string;
  pids: Pids;
}

export function devFacts({ config, secrets, databaseUrl, pids }: Facts): DevFacts {
  const { portal, core, gateway, upstream, mailbox, stripe } = addresses(config);
  const { demo, adminPassword, customerPassword } = secrets;
  return {
    gateway_url: gateway,
    billing_core_url: core,
    portal_url: portal,
    upstream_url: upstream,
    mailbox_url: config.handedOn['SMTP_URL'] === undefined ? mailbox : null,
    stripe_url: config.stripeKey === undefined ? stripe : null,
    database_url: databaseUrl,
    admin_api_token: secrets.adminToken ?? '',
    admin_login: demo ? { email: ADMIN_EMAIL, password: adminPassword } : null,
    customer_login: demo ? { email: CUSTOMER_EMAIL, password: customerPassword } : null,
    demo:
      demo?.customerId && demo.apiKey
        ? { customer_id: demo.customerId, api_key: demo.apiKey, path: DEMO_PATH }
        : null,
    pids,
  };
}

/** Writes dev.json, which only we may read. */
export function writeDevFile(dataDir: DataDir, facts: DevFacts): void {
  writeWhole(dataDir.devFile, `${JSON.stringify(facts, null, 2)}\n`);
}
