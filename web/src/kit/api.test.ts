import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from './api-error.ts';
import { api, apiUrl, setSignedOutHandler } from './api.ts';

const signedOut = vi.fn();

function answer(status: number, body: string, headers: Record<string, string> = {}): void {
  const response = new Response(status === 204 ? null : body, { status, headers });
  vi.stubGlobal('fetch', vi.fn().mockResolvedValue(response));
}

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

setSignedOutHandler(signedOut);

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  signedOut.mockReset();
});

test('a problem keeps its code, request id and field faults', async () => {
  const errors = [{ path: 'name', message: 'is taken' }, { broken: true }];
  const problem = { title: 'Conflict', status: 409, code: 'already_exists', request_id: 'req_1' };
  answer(409, JSON.stringify({ ...problem, detail: 'The name is taken', errors }));
  const error = await failureOf(api('/v1/customers', { method: 'POST', body: {} }));
  expect(error).toMatchObject({ status: 409, code: 'already_exists', requestId: 'req_1' });
  expect(error.fields).toEqual([{ path: 'name', message: 'is taken' }]);
  expect(error.retriable).toBe(false);
});

test('an answer that is no problem+json still has a request id and a title', async () => {
  answer(502, '<html>Bad gateway</html>', { 'x-request-id': 'req_2' });
  const error = await failureOf(api('/v1/plans'));
  expect(error).toMatchObject({ code: 'unexpected_response', requestId: 'req_2' });
  expect(error.title).not.toContain('<html>');
  expect(error.retriable).toBe(true);
});

test('a success that is no JSON is an error, not an empty page', async () => {
  answer(200, '<html>captive portal</html>');
  const error = await failureOf(api('/v1/plans'));
  expect(error.code).toBe('unexpected_response');
});

test('an unreachable server is an ApiError that may be retried', async () => {
  vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('fetch failed')));
  const error = await failureOf(api('/v1/plans'));
  expect(error).toMatchObject({ status: 0, code: 'network', retriable: true });
});

test('a lost session is announced, a wrong password is not', async () => {
  answer(401, JSON.stringify({ title: 'Sign in', code: 'unauthenticated' }));
  await failureOf(api('/portal/v1/me'));
  expect(signedOut).toHaveBeenCalledTimes(1);
  answer(401, JSON.stringify({ title: 'Sign in', code: 'unauthenticated' }));
  await failureOf(api('/auth/sign-in/email', { method: 'POST', body: {}, anonymous: true }));
  expect(signedOut).toHaveBeenCalledTimes(1);
});

test('a cancelled call is no failure of the server', async () => {
  const stop = new AbortController();
  vi.stubGlobal('fetch', () => Promise.reject(stop.signal.reason));
  stop.abort();
  await expect(api('/v1/plans', { signal: stop.signal })).rejects.toHaveProperty(
    'name',
    'AbortError',
  );
});

test('an empty answer is undefined', async () => {
  answer(204, '');
  expect(await api('/v1/memberships/mem_1', { method: 'DELETE' })).toBeUndefined();
});

test('a query leaves out what is not set', () => {
  expect(apiUrl('/v1/usage', { a: 'x y', b: undefined, c: '', d: 0 })).toBe(
    '/api/v1/usage?a=x+y&d=0',
  );
});

/** @returns how long the call would have waited, in ms, and what it says of a late answer. */
async function lateness(method: 'GET' | 'POST') {
  const clock = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
  const error = await failureOf(api('/v1/plans', { method }));
  return { ms: clock.mock.lastCall?.[0], error };
}

test('a question waits ten seconds for its answer, a change longer', async () => {
  vi.stubGlobal('fetch', async (_: string, { signal }: RequestInit) => signal?.throwIfAborted());
  const question = await lateness('GET');
  expect(question.ms).toBe(10_000);
  expect(question.error).toMatchObject({ code: 'timeout', retriable: true });
  expect(question.error.detail).not.toContain('still be working');
  const change = await lateness('POST');
  expect(change.ms).toBe(30_000);
  expect(change.error.detail).toContain('still be working');
});

test('an answer that stops in its middle is late, not unreadable', async () => {
  const stalled = new ReadableStream({
    start: (controller) => controller.error(new DOMException('late', 'TimeoutError')),
  });
  vi.stubGlobal('fetch', async () => new Response(stalled));
  expect((await lateness('GET')).error.code).toBe('timeout');
});
