// In docker-compose.yml: `main.js webhook` and `main.js demo`. SETUP is the folder of the volume.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreApi } from '../start/core-api.ts';
import { DEMO_PATH, ensureDemo } from '../start/demo.ts';
import type { Secrets } from '../start/secrets.ts';
import { ensureWebhook } from '../start/stripe-webhook.ts';
import { writeWhole } from '../start/whole-file.ts';

const WITHIN_MS = 120_000;

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const fileOf = (name: string): string => join(setting('SETUP'), name);
const read = (name: string): string => readFileSync(fileOf(name), 'utf8').trim();
const kept = <Value>(name: string): Value | undefined =>
  existsSync(fileOf(name)) ? (JSON.parse(read(name)) as Value) : undefined;

/** The local Stripe says what happens there to billing-core, which knows by what it signs. */
async function webhook(): Promise<void> {
  const known = kept<NonNullable<Secrets['stripeWebhook']>>('webhook.json');
  const url = `${setting('BILLING_CORE_URL')}/webhooks/stripe`;
  const made = await ensureWebhook(setting('STRIPE_API_BASE'), url, known);
  writeWhole(fileOf('webhook.json'), JSON.stringify(made));
  writeWhole(fileOf('webhook-secret'), made.secret);
}

/** Demo data, as the owner of an installation would make it. */
async function demo(): Promise<void> {
  const known = kept<Secrets['demo']>('demo.json');
  const secrets: Secrets = {
    databasePassword: '',
    authSecret: '',
    secretsKey: '',
    adminPassword: setting('ADMIN_PASSWORD'),
    customerPassword: setting('CUSTOMER_PASSWORD'),
    ...(known && { demo: known }),
  };
  const token = read('admin-token');
  await ensureDemo({
    api: coreApi(setting('BILLING_CORE_URL'), token, AbortSignal.timeout(WITHIN_MS)),
    secrets,
    upstreamUrl: setting('UPSTREAM_URL'),
    portalUrl: setting('PUBLIC_URL'),
    save: (made) => {
      secrets.demo = made;
      writeWhole(fileOf('demo.json'), JSON.stringify(made));
    },
  });
  const key = secrets.demo?.apiKey;
  if (key === undefined) return console.log('The database was not empty: no demo data.');
  const url = `${setting('GATEWAY_PUBLIC_URL')}${DEMO_PATH}`;
  console.log(`curl -H 'Authorization: Bearer ${key}' '${url}'`);
}

const VERBS: Record<string, () => Promise<void>> = { webhook, demo };
const verb = VERBS[process.argv[2] ?? ''];
if (!verb) throw new Error(`there is ${Object.keys(VERBS).join(' and ')}`);
await verb();
