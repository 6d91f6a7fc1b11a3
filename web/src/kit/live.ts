import { useEffect, useState } from 'react';
import { now } from './clock.ts';
import { streamEvents, type StreamState } from './sse.ts';

/** A hidden tab gives its connection back after this: browsers allow six per host. */
const HIDDEN_MAX_MS = 30_000;

export interface Live<Data> {
  /** The newest event; stays while the connection is lost. */
  data: Data | undefined;
  receivedAtMs: number | undefined;
  state: StreamState;
  /** Set when the server refused for good. */
  error: unknown;
  /** The page can ask again after an error. */
  retry: () => void;
}

/**
 * Follows a server-sent event stream while the page is in view.
 * @param event the event's name; others are ignored.
 */
export function useLive<Data>(path: string, event: string): Live<Data> {
  const [data, setData] = useState<{ path: string; value: Data; atMs: number }>();
  const [state, setState] = useState<StreamState>('connecting');
  const [refused, setRefused] = useState<{ question: string; cause: unknown }>();
  const [attempt, setAttempt] = useState(0);
  const watched = useWatched();
  const question = `${path} ${attempt}`;
  useEffect(() => {
    if (!watched) return;
    const stop = new AbortController();
    streamEvents(path, {
      signal: stop.signal,
      onState: setState,
      onEvent: (received) => {
        if (received.event !== event) return;
        setData({ path, value: JSON.parse(received.data) as Data, atMs: now() });
      },
    }).catch((cause: unknown) => {
      if (!stop.signal.aborted) setRefused({ question, cause });
    });
    return () => stop.abort();
  }, [path, event, watched, question]);
  // Another customer's last figures must not stand under this customer's name.
  const own = data?.path === path ? data : undefined;
  return {
    data: own?.value,
    receivedAtMs: own?.atMs,
    state,
    error: refused?.question === question ? refused.cause : undefined,
    retry: () => setAttempt((count) => count + 1),
  };
}

/** @returns false once the page has been hidden for a while. */
function useWatched(): boolean {
  const [watched, setWatched] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    function onChange(): void {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') setWatched(true);
      else timer = setTimeout(() => setWatched(false), HIDDEN_MAX_MS);
    }
    document.addEventListener('visibilitychange', onChange);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onChange);
    };
  }, []);
  return watched;
}
