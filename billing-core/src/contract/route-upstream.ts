import { z } from 'zod';
import { tlsFact, upstreamTls } from './upstream-tls.ts';

/** Where a route leads, how long it waits, and what it does when an upstream fails. */

export const UPSTREAMS_MAX = 20;
export const TIMEOUT_MS_MAX = 3_600_000;
export const TIMEOUT_MS_DEFAULT = 30_000;
export const CONNECT_TIMEOUT_MS_DEFAULT = 10_000;
const CONNECT_TIMEOUT_MS_MAX = 60_000;
const WEIGHT_MAX = 1_000;
const URL_CHARS_MAX = 2_000;
const CHECK_PATH = /^\/[A-Za-z0-9\-._~!$&'()+,;=@:/%?]{0,500}$/;

/** An http(s) URL without credentials, query and fragment, and without backslash or space. */
function isUpstream(value: string): boolean {
  const plain = /^https?:\/\/[^\s\\?#/@]+(?:\/[^\s\\?#]*)?$/i.test(value);
  return plain && URL.canParse(value) && !/%(?:2f|5c|00|2e)/i.test(value);
}

export const upstreamUrl = () =>
  z
    .string()
    .max(URL_CHARS_MAX)
    .refine(isUpstream, 'is not an http(s) URL without credentials, query and fragment')
    .transform((value) => new URL(value).href.replace(/\/+$/, ''));

const upstreams = () =>
  z
    .array(
      z
        .strictObject({
          url: upstreamUrl(),
          weight: z.number().int().min(1).max(WEIGHT_MAX).default(1),
          tls: upstreamTls().optional(),
        })
        .refine(({ url, tls }) => tls === undefined || url.startsWith('https:'), {
          path: ['tls'],
          message: 'is for https only',
        }),
    )
    .min(1)
    .max(UPSTREAMS_MAX)
    .refine(
      (list) => new Set(list.map(({ url }) => url)).size === list.length,
      'names an upstream twice',
    );

const count = (max: number) => z.number().int().min(1).max(max);
const ms = (min: number, max: number) => z.number().int().min(min).max(max);

export const healthCheck = () =>
  z.strictObject({
    path: z.string().regex(CHECK_PATH, 'is not a path'),
    interval_ms: ms(1_000, 600_000).default(10_000),
    timeout_ms: ms(100, 60_000).default(2_000),
    healthy_after: count(10).default(2),
    unhealthy_after: count(10).default(3),
  });

export const circuitBreaker = () =>
  z.strictObject({
    /** In a row. */
    failures: count(1_000).default(5),
    open_ms: ms(1_000, 600_000).default(10_000),
  });

export const retries = () =>
  z.strictObject({
    /** Tries beside the first one. */
    attempts: count(5).default(1),
    statuses: z
      .array(z.number().int().min(500).max(599))
      .max(20)
      .refine((list) => new Set(list).size === list.length, 'names a status twice')
      .default([502, 503, 504]),
    /** Of a hundred requests, so many may be tried again. */
    budget_percent: count(100).default(20),
  });

/** Fields of a route; what the API assumes stands in `upstreamDefaults`. */
export const upstreamFields = {
  upstreams: upstreams(),
  connect_timeout_ms: ms(100, CONNECT_TIMEOUT_MS_MAX),
  timeout_ms: ms(1, TIMEOUT_MS_MAX),
  /** null: as long as `timeout_ms`, and event streams at least 5 minutes. */
  idle_timeout_ms: ms(1, TIMEOUT_MS_MAX).nullable(),
  total_timeout_ms: ms(1, TIMEOUT_MS_MAX).nullable(),
  health_check: healthCheck().nullable(),
  circuit_breaker: circuitBreaker().nullable(),
  retries: retries().nullable(),
};

export const upstreamDefaults = {
  connect_timeout_ms: CONNECT_TIMEOUT_MS_DEFAULT,
  timeout_ms: TIMEOUT_MS_DEFAULT,
  idle_timeout_ms: null,
  total_timeout_ms: null,
  health_check: null,
  circuit_breaker: null,
  retries: null,
} as const;

/** The same in the facts of gateways; what is left out is not set, and new fields are passed by. */
export const upstreamFacts = {
  upstreams: z
    .array(z.object({ url: z.string(), weight: z.number().positive(), tls: tlsFact.optional() }))
    .optional(),
  connect_timeout_ms: z.number().positive().optional(),
  idle_timeout_ms: z.number().positive().optional(),
  total_timeout_ms: z.number().positive().optional(),
  health_check: healthCheck().strip().optional(),
  circuit_breaker: circuitBreaker().strip().optional(),
  retries: retries().strip().optional(),
};
