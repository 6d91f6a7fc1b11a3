/** billing-core's REST API, as an admin token sees it. */
export interface CoreApi {
  /** Out: the body. Throws with the problem that billing-core named. */
  get<Body>(path: string): Promise<Body>;
  post<Body>(path: string, body: unknown): Promise<Body>;
  patch<Body>(path: string, body: unknown): Promise<Body>;
  put<Body>(path: string, body: unknown): Promise<Body>;
  /** Whether the token is known there. */
  knowsToken(): Promise<boolean>;
}

const WITHIN_MS = 15_000;

/** Speaks to billing-core at this address. */
export function coreApi(baseUrl: string, token: string, stopped: AbortSignal): CoreApi {
  async function ask(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([stopped, AbortSignal.timeout(WITHIN_MS)]),
    });
  }
  async function read<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await ask(method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Body;
  }
  return {
    get: (path) => read('GET', path),
    post: (path, body) => read('POST', path, body),
    patch: (path, body) => read('PATCH', path, body),
    put: (path, body) => read('PUT', path, body),
    async knowsToken() {
      const answer = await ask('GET', '/v1/customers?limit=1');
      await answer.body?.cancel();
      return answer.status !== 401;
    },
  };
}
