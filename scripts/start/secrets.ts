import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { DataDir } from './data-dir.ts';
import { writeWhole } from './whole-file.ts';

/** Minted once for an installation and kept; each is stored before it is first used. */
export interface Secrets {
  databasePassword: string;
  authSecret: string;
  /** What billing-core seals secrets of upstreams with. */
  secretsKey: string;
  adminPassword: string;
  customerPassword: string;
  /** Tokens are minted by billing-core once there is a database. */
  adminToken?: string;
  gatewayToken?: string;
  /** Where the local Stripe tells billing-core what happened, and what it signs with. */
  stripeWebhook?: { id: string; url: string; secret: string };
  /** How far the demo data is. Absent: not begun. */
  demo?: Demo;
}

export interface Demo {
  complete: boolean;
  customerId?: string;
  apiKey?: string;
}

/** Reads the secrets of the installation, or mints those of a new one. */
export function loadSecrets(dataDir: DataDir): Secrets {
  if (existsSync(dataDir.secrets)) {
    const kept: Secrets = JSON.parse(readFileSync(dataDir.secrets, 'utf8'));
    return 'secretsKey' in kept ? kept : added(dataDir, kept);
  }
  if (existsSync(dataDir.cluster)) {
    throw new Error(
      `${dataDir.secrets} is gone, and with it the password of the database beside it: ` +
        'put it back, or start with --reset, which deletes the data.',
    );
  }
  const secrets: Secrets = {
    databasePassword: randomBytes(24).toString('hex'),
    authSecret: randomBytes(32).toString('hex'),
    secretsKey: randomBytes(32).toString('hex'),
    adminPassword: password(),
    customerPassword: password(),
  };
  saveSecrets(dataDir, secrets);
  return secrets;
}

/** An installation from before there was a key for secrets gets one. */
function added(dataDir: DataDir, kept: Omit<Secrets, 'secretsKey'>): Secrets {
  const secrets = { ...kept, secretsKey: randomBytes(32).toString('hex') };
  saveSecrets(dataDir, secrets);
  return secrets;
}

export function saveSecrets(dataDir: DataDir, secrets: Secrets): void {
  writeWhole(dataDir.secrets, `${JSON.stringify(secrets, null, 2)}\n`);
}

// 96 bits, in letters that can be read from a screen and typed.
const password = (): string => randomBytes(12).toString('base64url');
