import { refusal, apiUrl } from './api.ts';
import { ApiError } from './api-error.ts';
import { jitter } from './clock.ts';

/**
 * The server writes a comment every 5 s. Silence for longer means a dead connection, or a server
 * that stands still with its connections open; what it told us then must not be called live. So
 * there is room for one late heartbeat and no more.
 */
const SILENCE_MAX_MS = 8_000;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 15_000;

export interface SseEvent {
  event: string;
  data: string;
}

export type StreamState = 'connecting' | 'live' | 'waiting';

interface StreamOptions {
  signal: AbortSignal;
  onEvent: (event: SseEvent) => void;
  onState: (state: StreamState) => void;
  /** Waits between attempts; a test passes its own. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Keeps a server-sent event stream open until `signal` aborts, reconnecting with growing
 * pauses. Built on fetch, not EventSource, because EventSource hides the status: a lost session
 * and a missing page must take the one error path.
 * @throws ApiError when the server refuses for good (4xx other than 429).
 */
export async function streamEvents(path: string, options: StreamOptions): Promise<void> {
  const pause = options.pause ?? sleep;
  let failures = 0;
  while (!options.signal.aborted) {
    options.onState(failures === 0 ? 'connecting' : 'waiting');
    const received = await readOnce(path, options);
    if (options.signal.aborted) return;
    failures = received ? 1 : failures + 1;
    options.onState('waiting');
    await pause(retryDelayMs(failures, jitter()), options.signal);
  }
}

/** @returns the pause before attempt `failures` + 1; doubles up to a ceiling, spread by half. */
export function retryDelayMs(failures: number, random: number): number {
  const full = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (failures - 1));
  return full / 2 + (full / 2) * random;
}

/** Reads one connection to its end. @returns whether it brought at least one event. */
async function readOnce(path: string, options: StreamOptions): Promise<boolean> {
  const connection = new AbortController();
  const signal = AbortSignal.any([options.signal, connection.signal]);
  let watchdog = setTimeout(() => connection.abort(), SILENCE_MAX_MS);
  let received = false;
  try {
    const response = await fetch(apiUrl(path), {
      headers: { accept: 'text/event-stream' },
      credentials: 'same-origin',
      cache: 'no-store',
      signal,
    });
    if (!response.ok) throw await refusal(response);
    for await (const chunk of chunksOf(response, sseParser())) {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => connection.abort(), SILENCE_MAX_MS);
      for (const event of chunk) {
        received = true;
        options.onState('live');
        options.onEvent(event);
      }
    }
  } catch (error) {
    if (error instanceof ApiError && !error.retriable) throw error;
  } finally {
    clearTimeout(watchdog);
    connection.abort();
  }
  return received;
}

async function* chunksOf(
  response: Response,
  parse: (text: string) => SseEvent[],
): AsyncGenerator<SseEvent[]> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield parse(value);
  }
}

/**
 * @returns a function that takes the stream's text in any pieces and gives the events that each
 * piece completes (WHATWG HTML 9.2.6: LF, CR or CRLF; several data lines; comments).
 */
export function sseParser(): (text: string) => SseEvent[] {
  let rest = '';
  let event = '';
  let data: string[] = [];
  return (text) => {
    const events: SseEvent[] = [];
    rest += text;
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(rest);
      if (end === null) return events;
      const line = rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
      if (line === '') {
        if (data.length > 0) events.push({ event: event || 'message', data: data.join('\n') });
        event = '';
        data = [];
        continue;
      }
      const [name, value] = fieldOf(line);
      if (name === 'data') data.push(value);
      else if (name === 'event') event = value;
    }
  };
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon === -1) return [line, ''];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
