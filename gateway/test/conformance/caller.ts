/** A call of a gateway with a key, as a customer's program makes it. */
export type Call = (path: string, init?: RequestInit & { key?: string }) => Promise<Response>;

/** Calls this host's first process or isolate, with this key unless told otherwise. */
export const callerOf =
  (urlOf: () => string | undefined, keyOf: () => string): Call =>
  (path, { key = keyOf(), ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (key) headers.set('authorization', `Bearer ${key}`);
    return fetch(`${urlOf()}${path}`, { ...init, headers });
  };

/** Status and code of a problem. */
export async function codeOf(answer: Promise<Response>): Promise<[number, string]> {
  const response = await answer;
  const { code } = (await response.json()) as { code: string };
  return [response.status, code];
}
