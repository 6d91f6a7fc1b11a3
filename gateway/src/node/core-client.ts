import { Pool } from 'undici';
import { Unreachable } from '../ports.ts';

export type CoreAnswer = { readonly status: number; readonly body: unknown };

const CONNECTIONS_MAX = 64;
const CONNECT_TIMEOUT_MS = 1_000;
const BODY_BYTES_MAX = 32 * 1024 * 1024;

const poolOf = (origin: string): Pool =>
  new Pool(origin, {
    allowH2: false,
    connections: CONNECTIONS_MAX,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    maxResponseSize: BODY_BYTES_MAX,
  });

/**
 * Asks billing-core for facts. What is no clear answer is Unreachable, whatever the cause. Of
 * several cores one may stand still with connections that are open: behind an answer that was
 * late none of them is used again, so that the next question can go to another core.
 */
export class CoreClient {
  readonly #origin: string;
  #pool: Pool;
  readonly #basePath: string;
  readonly #authorization: string;

  constructor(coreUrl: string, token: string) {
    const url = new URL(coreUrl);
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#authorization = `Bearer ${token}`;
    this.#origin = url.origin;
    this.#pool = poolOf(url.origin);
  }

  #renew(late: Pool): void {
    if (late !== this.#pool) return;
    this.#pool = poolOf(this.#origin);
    // Answers to others' questions still come, or are late as well.
    void late.close().catch(() => {});
  }

  /** GET of a path under core's URL. Statuses 200, 404 and 410 are answers; all else is thrown. */
  async get(path: string, timeoutMs: number, stop?: AbortSignal): Promise<CoreAnswer> {
    const late = AbortSignal.timeout(timeoutMs);
    const signal = stop ? AbortSignal.any([late, stop]) : late;
    const pool = this.#pool;
    try {
      const { statusCode, body } = await pool.request({
        path: this.#basePath + path,
        method: 'GET',
        headers: { authorization: this.#authorization, accept: 'application/json' },
        signal,
      });
      if (statusCode === 200) return { status: statusCode, body: await body.json() };
      await body.dump();
      if (statusCode === 404 || statusCode === 410) return { status: statusCode, body: null };
      throw new Unreachable(`billing-core answered ${statusCode} to ${path.split('?')[0]}`);
    } catch (error) {
      if (error instanceof Unreachable) throw error;
      if (late.aborted) this.#renew(pool);
      throw new Unreachable('billing-core did not answer', { cause: error });
    }
  }

  /** POST of JSON that core takes with 204; whatever else it answers is thrown. */
  async post(path: string, message: unknown, timeoutMs: number): Promise<void> {
    const { statusCode, body } = await this.#pool.request({
      path: this.#basePath + path,
      method: 'POST',
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await body.dump();
    if (statusCode !== 204) throw new Unreachable(`billing-core answered ${statusCode} to ${path}`);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
