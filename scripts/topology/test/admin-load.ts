import { setTimeout as pause } from 'node:timers/promises';
import type { DevFacts } from '../../start/dev-file.ts';

const PAUSE_MS = 40;

export type Called = { method: string; status: number };

/**
 * What an admin's scripts do through the portal: they make customers and read them, one after the
 * other, each with a connection of its own or a kept one. Out: what was answered, once it ends.
 */
export function adminLoad({ portal_url, admin_api_token }: DevFacts): {
  stop: () => Promise<Called[]>;
} {
  const calls: Called[] = [];
  const headers = {
    authorization: `Bearer ${admin_api_token}`,
    'content-type': 'application/json',
  };
  const url = `${portal_url.replace('localhost', '127.0.0.1')}/api/v1/customers`;
  let stopping = false;

  async function call(method: 'GET' | 'POST'): Promise<void> {
    const body = method === 'POST' ? { body: JSON.stringify({ name: 'Rolled' }) } : {};
    const answer = await fetch(method === 'POST' ? url : `${url}?limit=1`, {
      method,
      headers,
      ...body,
    }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    calls.push({ method, status: answer?.status ?? 0 });
  }
  async function run(method: 'GET' | 'POST'): Promise<void> {
    while (!stopping) {
      await call(method);
      await pause(PAUSE_MS);
    }
  }
  const running = Promise.all([run('GET'), run('POST')]);
  return {
    stop: async () => {
      stopping = true;
      await running;
      return calls;
    },
  };
}
