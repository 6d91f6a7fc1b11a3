import { Pool } from 'undici';
import { Unreachable } from '../ports.ts';
import type { CallTrace, RequestTrace, Tracing } from './tracing.ts';

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

/** How a question is asked. `trace`: of the request that waits for the answer. */
export type Asking = {
  readonly stop?: AbortSignal | undefined;
  readonly trace?: RequestTrace | undefined;
};

// A key is not told of, not even by its hash.
const withoutKey = (path: string): string =>
  (path.split('?')[0] ?? '').replace(/^(\/internal\/v1\/keys\/).+/, '$1{hash}');

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
  readonly #tracing: Tracing | undefined;

  constructor(coreUrl: string, token: string, tracing?: Tracing) {
    this.#tracing = tracing;
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

  #begin(method: string, path: string, trace?: RequestTrace): CallTrace | undefined {
    const asked = { method, origin: this.#origin, path: this.#basePath + withoutKey(path) };
    return trace ? trace.beginCall(asked) : this.#tracing?.beginCall(asked);
  }

  #fields(trace: CallTrace | undefined): Record<string, string> {
    const traceparent = trace && { traceparent: trace.traceparent };
    return { authorization: this.#authorization, ...traceparent };
  }

  /** GET of a path under core's URL. Statuses 200, 404 and 410 are answers; all else is thrown. */
  async get(path: string, timeoutMs: number, asking: Asking = {}): Promise<CoreAnswer> {
    const { stop } = asking;
    const late = AbortSignal.timeout(timeoutMs);
    const signal = stop ? AbortSignal.any([late, stop]) : late;
    const pool = this.#pool;
    const trace = this.#begin('GET', path, asking.trace);
    try {
      const { statusCode, body } = await pool.request({
        path: this.#basePath + path,
        method: 'GET',
        headers: { ...this.#fields(trace), accept: 'application/json' },
        signal,
      });
      trace?.answered(statusCode);
      if (statusCode === 200) return { status: statusCode, body: await body.json() };
      await body.dump();
      if (statusCode === 404 || statusCode === 410) return { status: statusCode, body: null };
      throw new Unreachable(`billing-core answered ${statusCode} to ${path.split('?')[0]}`);
    } catch (error) {
      if (error instanceof Unreachable) throw error;
      trace?.end(late.aborted ? 'timeout' : stop?.aborted ? 'stopped' : 'unreachable');
      if (late.aborted) this.#renew(pool);
      throw new Unreachable('billing-core did not answer', { cause: error });
    } finally {
      trace?.end();
    }
  }

  /** POST of JSON that core takes with 204; whatever else it answers is thrown. */
  async post(path: string, message: unknown, timeoutMs: number): Promise<void> {
    const trace = this.#begin('POST', path);
    const { statusCode, body } = await this.#pool
      .request({
        path: this.#basePath + path,
        method: 'POST',
        headers: { ...this.#fields(trace), 'content-type': 'application/json' },
        body: JSON.stringify(message),
        signal: AbortSignal.timeout(timeoutMs),
      })
      .catch((error: unknown) => {
        trace?.end('unreachable');
        throw error;
      });
    trace?.answered(statusCode);
    trace?.end();
    await body.dump();
    if (statusCode !== 204) throw new Unreachable(`billing-core answered ${statusCode} to ${path}`);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
