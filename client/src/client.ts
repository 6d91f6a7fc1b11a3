import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { components, operations, paths } from './api.gen.ts';

/** What the API answers with, by name: `Schemas['Customer']`. */
export type Schemas = components['schemas'];
/** Why a call failed (RFC 9457); `code` is stable and made for programs. */
export type Problem =
  operations['listPlans']['responses']['default']['content']['application/problem+json'];
export type Tollgate = Client<paths>;

export type Settings = {
  /** Where billing-core answers, such as `https://billing.example.com`. */
  url: string;
  /** An admin token. */
  token: string;
  /** Sends the requests; that of the platform unless given. */
  fetch?: (request: Request) => Promise<Response>;
};

const DETAIL_CHARACTERS_MAX = 500;

/**
 * The calls of /v1, typed. A call resolves to `data`, or to `error`, a Problem; it rejects only
 * where no answer came, as fetch does.
 */
export function openTollgate({ url, token, fetch }: Settings): Tollgate {
  const client = createClient<paths>({
    baseUrl: url,
    headers: { authorization: `Bearer ${token}` },
    ...(fetch && { fetch }),
  });
  client.use(problemsOnly);
  return client;
}

/** The data of an answer. Throws a Refusal where the API told a problem. */
export function dataOf<Data>(answer: { data?: Data; error?: Problem }): Data {
  if (answer.error) throw new Refusal(answer.error);
  return answer.data as Data;
}

/** A problem as an error that can be thrown. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail} (request ${problem.request_id})`);
    this.name = 'Refusal';
    this.problem = problem;
  }
}

// A proxy on the way fails in its own words, or in none: without this, `error` would be a page
// of HTML, or undefined as in an answer that went well.
const problemsOnly: Middleware = {
  async onResponse({ response }) {
    const type = response.headers.get('content-type') ?? '';
    if (response.ok || type.startsWith('application/problem+json')) return undefined;
    const problem: Problem = {
      type: 'about:blank',
      code: 'unexpected_answer',
      title: 'An answer that is not of Tollgate',
      status: response.status,
      detail: (await response.text()).slice(0, DETAIL_CHARACTERS_MAX),
      request_id: response.headers.get('x-request-id') ?? '',
    };
    const headers = { 'content-type': 'application/problem+json' };
    return new Response(JSON.stringify(problem), { status: response.status, headers });
  },
};
