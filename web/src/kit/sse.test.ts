import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from './api-error.ts';
import { retryDelayMs, sseParser, streamEvents, type SseEvent, type StreamState } from './sse.ts';

/** Of billing-core's live view. */
const HEARTBEAT_MS = 5_000;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const STREAM = 'event: usage\ndata: {"a":1}\n\n: heartbeat\n\ndata: one\ndata: two\r\n\r\n';
const EVENTS = [
  { event: 'usage', data: '{"a":1}' },
  { event: 'message', data: 'one\ntwo' },
];

test('events are the same however the bytes are cut', () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const parse = sseParser();
    const events: SseEvent[] = [];
    for (let at = 0; at < STREAM.length; at += size) {
      events.push(...parse(STREAM.slice(at, at + size)));
    }
    expect(events).toEqual(EVENTS);
  }
});

test('fields with other names are not data', () => {
  expect(sseParser()('database: x\nid: 7\nretry: 10\ndata: y\n\n')).toEqual([
    { event: 'message', data: 'y' },
  ]);
});

test('pauses double up to a ceiling and are spread', () => {
  expect(retryDelayMs(1, 1)).toBe(500);
  expect(retryDelayMs(3, 1)).toBe(2000);
  expect(retryDelayMs(30, 1)).toBe(15_000);
  expect(retryDelayMs(1, 0)).toBe(250);
});

function body(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } });
}

test('a stream that ends is opened again, and says that it waits', async () => {
  const stop = new AbortController();
  const states: StreamState[] = [];
  const data: string[] = [];
  const pauses: number[] = [];
  vi.stubGlobal(
    'fetch',
    vi
      .fn()
      .mockResolvedValueOnce(body('data: 1\n\n'))
      .mockRejectedValueOnce(new TypeError('fetch failed'))
      .mockResolvedValueOnce(new Response('{"title":"Busy"}', { status: 503 }))
      .mockResolvedValue(body('data: 2\n\n')),
  );
  await streamEvents('/live', {
    signal: stop.signal,
    onState: (state) => states.push(state),
    onEvent: (event) => {
      data.push(event.data);
      if (event.data === '2') stop.abort();
    },
    pause: async (ms) => void pauses.push(ms),
  });
  expect(data).toEqual(['1', '2']);
  expect(pauses).toHaveLength(3);
  expect(states.at(0)).toBe('connecting');
  expect(states).toContain('waiting');
  expect(states.at(-1)).toBe('live');
});

test('a refusal for good ends the stream with its error', async () => {
  const problem = { title: 'Not found', code: 'not_found', request_id: 'req_9' };
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(problem), { status: 404 }));
  const stream = streamEvents('/live', {
    signal: new AbortController().signal,
    onState: () => {},
    onEvent: () => {},
  });
  await expect(stream).rejects.toMatchObject({ code: 'not_found', requestId: 'req_9' });
  await expect(stream).rejects.toBeInstanceOf(ApiError);
});

test('a stream that falls silent is live through a late heartbeat, and no longer', async () => {
  vi.useFakeTimers();
  const stop = new AbortController();
  const states: StreamState[] = [];
  let write: (text: string) => void = () => {};
  vi.stubGlobal('fetch', async (_: string, { signal }: RequestInit) => {
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        write = (text) => controller.enqueue(new TextEncoder().encode(text));
        signal?.addEventListener('abort', () => controller.error(signal.reason));
      },
    });
    return new Response(source);
  });
  const ended = streamEvents('/live', {
    signal: stop.signal,
    onState: (state) => states.push(state),
    onEvent: () => {},
    pause: () => new Promise(() => {}),
  });
  await vi.advanceTimersByTimeAsync(0);
  write('data: 1\n\n');
  await vi.advanceTimersByTimeAsync(HEARTBEAT_MS + 2_000);
  write(': still here\n\n');
  await vi.advanceTimersByTimeAsync(HEARTBEAT_MS + 2_000);
  expect(states).toEqual(['connecting', 'live']);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(states).toEqual(['connecting', 'live', 'waiting']);
  stop.abort();
  void ended;
});
