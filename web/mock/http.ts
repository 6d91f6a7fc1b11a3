import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { MockState, MockUser } from './state.ts';

/** A refusal in the API's one form. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: { path: string; message: string }[] | undefined;

  constructor(status: number, code: string, errors?: { path: string; message: string }[]) {
    super(code.replaceAll('_', ' '));
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

export const SESSION_COOKIE = 'mock_session';
const PAGE_SIZE = 50;

/** @returns the answer for a Problem, or 500 for anything else. */
export function toProblem(error: unknown): Response {
  const known = error instanceof Problem ? error : new Problem(500, 'internal');
  const title = known.message.charAt(0).toUpperCase() + known.message.slice(1);
  const body = {
    type: 'about:blank',
    title,
    status: known.status,
    code: known.code,
    detail: known.status === 500 ? 'The mock was told to fail.' : title,
    request_id: 'req_0123456789abcdefghjkmnpq',
    ...(known.errors && { errors: known.errors }),
  };
  return new Response(JSON.stringify(body), {
    status: known.status,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': body.request_id },
  });
}

/** @returns the signed-in user. @throws Problem 401 */
export function signedIn(c: Context, state: MockState): MockUser {
  const id = state.sessions.get(getCookie(c, SESSION_COOKIE) ?? '');
  const user = state.users.find((one) => one.id === id);
  if (user === undefined) throw new Problem(401, 'unauthenticated');
  return user;
}

/** @returns the row, or a 404. */
export function found<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Problem(404, 'not_found');
  return row;
}

/** @returns one page of a list, by the query's cursor (an offset here). */
export function page<Row>(c: Context, rows: readonly Row[]): Response {
  const at = Number(c.req.query('cursor') ?? 0);
  const size = Number(c.req.query('limit') ?? PAGE_SIZE);
  const next = at + size < rows.length ? String(at + size) : null;
  return c.json({ data: rows.slice(at, at + size), has_more: next !== null, next_cursor: next });
}

/** @returns a required text of the body. @throws Problem 400 at its field */
export function requiredText(body: Record<string, unknown>, path: string): string {
  const value = body[path];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new Problem(400, 'invalid_request', [{ path, message: 'is required' }]);
}
