import type { Subnet } from '@tollgate/billing-core/contract/address.ts';
import { readSubnets } from '../core/address.ts';
import type { FactsObject } from './facts-object.ts';
import type { TillObject } from './till-object.ts';

/** What wrangler.toml binds, and the secret beside it. */
export type WorkersEnv = {
  readonly TILLS: DurableObjectNamespace<TillObject>;
  readonly FACTS: DurableObjectNamespace<FactsObject>;
  readonly BILLING_CORE_URL?: string;
  readonly GATEWAY_TOKEN?: string;
  readonly METERING?: string;
  readonly TILL_SHARDS?: string;
  readonly SYNC_MS?: string;
  readonly UPSTREAM_ALLOW?: string;
  readonly CHECKPOINT_SECONDS?: string;
};

export type Settings = {
  readonly coreUrl: string;
  readonly token: string;
  /** Strict: a response ends only when its record is stored. */
  readonly strict: boolean;
  /** Till objects that share a customer in one region. */
  readonly shards: number;
  /** How often a till object syncs while no quota is tight. */
  readonly syncMs: number;
  /** How often what a WebSocket used is recorded while it lasts. */
  readonly checkpointMs: number;
  /** Private subnets in which upstreams may be. */
  readonly upstreamAllow: readonly Subnet[];
};

const SHARDS_MAX = 64;
const SYNC_MS_DEFAULT = 15_000;

function whole(name: string, text: string | undefined, range: readonly [number, number]): number {
  const value = Number(text);
  const [min, max] = range;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${name} is not a whole number from ${min} to ${max}`);
  }
  return value;
}

/** The settings, checked. Throws naming the variable that is missing or malformed. */
export function readSettings(env: WorkersEnv): Settings {
  const { BILLING_CORE_URL: coreUrl = '', GATEWAY_TOKEN: token = '', METERING = 'relaxed' } = env;
  if (!/^https?:\/\/\S+$/.test(coreUrl)) throw new Error('BILLING_CORE_URL is not an http URL');
  if (token.length < 20) throw new Error('GATEWAY_TOKEN has fewer than 20 characters');
  if (METERING !== 'strict' && METERING !== 'relaxed') {
    throw new Error('METERING is neither strict nor relaxed');
  }
  const upstreamAllow = readSubnets(env.UPSTREAM_ALLOW ?? '');
  if (!upstreamAllow) throw new Error('UPSTREAM_ALLOW is not a list of addresses and subnets');
  return {
    upstreamAllow,
    coreUrl: coreUrl.replace(/\/+$/, ''),
    token,
    strict: METERING === 'strict',
    shards: whole('TILL_SHARDS', env.TILL_SHARDS ?? '1', [1, SHARDS_MAX]),
    checkpointMs: whole('CHECKPOINT_SECONDS', env.CHECKPOINT_SECONDS ?? '10', [1, 3_600]) * 1_000,
    syncMs: whole('SYNC_MS', env.SYNC_MS ?? `${SYNC_MS_DEFAULT}`, [100, 60_000]),
  };
}
