/** The only place of the portal that reads the clock or draws randomness. */

/** @returns milliseconds since the epoch, by the browser's clock. */
export function now(): number {
  return Date.now();
}

/** @returns milliseconds that only grow, for how long something took. */
export function elapsedClock(): number {
  return performance.now();
}

/** @returns an instant as RFC 3339 in UTC, `offsetMs` away from now. */
export function isoFromNow(offsetMs: number): string {
  return new Date(Date.now() + offsetMs).toISOString();
}

/** @returns a number in [0, 1) for spreading retries, not for secrets. */
export function jitter(): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return word / 2 ** 32;
}

/** @returns 128 random bits as hex. `crypto.randomUUID` is missing on plain http origins. */
export function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
