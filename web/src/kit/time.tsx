import { useEffect, useState } from 'react';
import { now } from './clock.ts';
import { formatAge, formatInstant, formatInstantExact } from './format.ts';

/** @returns the time in ms, renewed every `everyMs`, for texts that grow old. */
export function useNow(everyMs: number): number {
  const [at, setAt] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setAt(now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return at;
}

/** '12 s ago', kept true while it is in view. */
export function Age({ atMs }: { atMs: number }) {
  const at = useNow(1000);
  return <>{formatAge(Math.max(0, (at - atMs) / 1000))}</>;
}

/** An instant in the reader's zone, exact on hover. */
export function Instant({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={formatInstantExact(iso)} className="whitespace-nowrap">
      {formatInstant(iso)}
    </time>
  );
}

/** How long ago an instant was, exact on hover. */
export function Ago({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={formatInstantExact(iso)} className="whitespace-nowrap">
      <Age atMs={Date.parse(iso)} />
    </time>
  );
}
