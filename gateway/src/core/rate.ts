/**
 * A token bucket: never more than rate x time + burst in any window. Pure; times in ms.
 */
export type Bucket = { tokens: number; at: number; ratePerS: number; burst: number };

export const openBucket = (ratePerS: number, burst: number, now: number): Bucket => ({
  tokens: burst,
  at: now,
  ratePerS,
  burst,
});

/** The bucket at this time, under the limits of now: a raised limit starts with no extra burst. */
export function refill(bucket: Bucket, limits: { ratePerS: number; burst: number }, now: number) {
  const elapsedS = Math.max(0, now - bucket.at) / 1_000;
  const grown = bucket.tokens + elapsedS * bucket.ratePerS;
  bucket.tokens = Math.min(grown, bucket.burst, limits.burst);
  bucket.at = Math.max(bucket.at, now);
  bucket.ratePerS = limits.ratePerS;
  bucket.burst = limits.burst;
}

/** Seconds until one token is there, rounded up; 0 when it is. */
export const untilToken = (bucket: Bucket): number =>
  bucket.tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - bucket.tokens) / bucket.ratePerS));

/** Seconds until the bucket is full again, rounded up. */
export const untilFull = (bucket: Bucket): number =>
  Math.ceil((bucket.burst - bucket.tokens) / bucket.ratePerS);
