import {
  type ChangesAnswer,
  changesAnswer,
  type KeyFact,
  keyFact,
  type RoutesSnapshot,
  routesSnapshot,
} from '@tollgate/billing-core/contract/facts.ts';
import {
  SYNC_TYPE,
  syncAnswer,
  type SyncAnswer,
  type SyncEnvelope,
} from '@tollgate/billing-core/contract/sync.ts';
import { withoutTls } from '../core/without-tls.ts';
import { Unreachable } from '../ports.ts';
import type { Settings } from './settings.ts';

const FACTS_TIMEOUT_MS = 2_000;
const SYNC_TIMEOUT_MS = 10_000;

/** Core has no more of the changes since the last one read: all is to be read anew. */
export class ChangesGone extends Unreachable {}

/** Speaks to billing-core for the objects of this host; isolates ask only objects. */
export class CoreClient {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  async #fetch(path: string, init: RequestInit, timeoutMs: number): Promise<Response> {
    const { coreUrl, token } = this.#settings;
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      return await fetch(`${coreUrl}${path}`, { ...init, headers, signal, redirect: 'manual' });
    } catch (error) {
      throw new Unreachable('billing-core did not answer', { cause: error });
    }
  }

  /** The JSON at a path; null for 404. Whatever is no clear answer is Unreachable. */
  async #get(path: string): Promise<unknown> {
    const response = await this.#fetch(path, {}, FACTS_TIMEOUT_MS);
    if (response.status === 200) return response.json();
    await response.body?.cancel();
    if (response.status === 404) return null;
    if (response.status === 410) throw new ChangesGone('billing-core has no more of it');
    throw new Unreachable(`billing-core answered ${response.status} to ${path.split('?')[0]}`);
  }

  async routes(): Promise<RoutesSnapshot> {
    const parsed = routesSnapshot.safeParse(await this.#get('/internal/v1/routes'));
    if (!parsed.success) throw new Unreachable('billing-core sent no routes');
    return withoutTls(parsed.data);
  }

  async changes(after: string): Promise<ChangesAnswer> {
    const body = await this.#get(`/internal/v1/changes?after=${after}&wait_ms=0`);
    const parsed = changesAnswer.safeParse(body);
    if (!parsed.success) throw new Unreachable('billing-core sent no changes');
    return parsed.data;
  }

  /** Facts by the hash of a key, or by who a token names; null when there is no such key. */
  async key(ref: string): Promise<KeyFact | null> {
    const path = ref.includes('=') ? `/holders?${ref}` : `/keys/${ref}`;
    const body = await this.#get(`/internal/v1${path}`);
    if (body === null) return null;
    const parsed = keyFact.safeParse(body);
    if (!parsed.success) throw new Unreachable('billing-core sent no key facts');
    return parsed.data;
  }

  /** One sync. Throws when core did not answer, or refused; nothing is changed then. */
  async sync(envelope: SyncEnvelope, bytes: Uint8Array | undefined): Promise<SyncAnswer> {
    const line = new TextEncoder().encode(`${JSON.stringify(envelope)}\n`);
    const body = new Uint8Array(line.length + (bytes?.length ?? 0));
    body.set(line);
    if (bytes) body.set(bytes, line.length);
    const init = { method: 'POST', headers: { 'content-type': SYNC_TYPE }, body };
    const response = await this.#fetch('/internal/v1/sync', init, SYNC_TIMEOUT_MS);
    if (response.status !== 200 && response.status !== 410) {
      const detail = (await response.text()).slice(0, 300);
      throw new Error(`sync refused with ${response.status}: ${detail}`);
    }
    return syncAnswer.parse(await response.json());
  }
}
