import { readFileSync } from 'node:fs';
import { coreApi } from '../start/core-api.ts';
import type { DevFacts } from '../start/dev-file.ts';
import { writeWhole } from '../start/whole-file.ts';

const WITHIN_MS = 15_000;

/** A gateway's token: the one kept in this file, or a new one by the admin API. */
export async function gatewayToken(facts: DevFacts, path: string): Promise<string> {
  const { billing_core_url: url, admin_api_token: admin } = facts;
  const kept = read(path);
  if (kept !== undefined && (await isGateways(url, kept))) return kept;
  const api = coreApi(url, admin, AbortSignal.timeout(WITHIN_MS));
  const wanted = { name: 'dev:workers', scopes: ['sync'] };
  const { token } = await api.post<{ token: string }>('/v1/admin-tokens', wanted);
  writeWhole(path, `${token}\n`);
  return token;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Whether the core of now knows the token: the installation may have been reset since. */
async function isGateways(url: string, token: string): Promise<boolean> {
  const answer = await fetch(`${url}/internal/v1/routes`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  await answer.body?.cancel();
  return answer.ok;
}
