import { z } from 'zod';
import { readSubnet } from './address.ts';
import { text } from './field.ts';
import { FIELD_NAME, mayName } from './header-rule.ts';
import { jwt, jwtFact } from './token-rule.ts';

/** Who may use a route: from where, with which key, and whether just now. */

export const SUBNETS_MAX = 200;
export const SCOPES_MAX = 50;
export const FEATURES_MAX = 50;
const ORIGINS_MAX = 100;
const CORS_HEADERS_MAX = 100;

/** Addresses and CIDR ranges, of both families. */
export const subnets = () =>
  z
    .array(
      z
        .string()
        .max(50)
        .refine((entry) => readSubnet(entry) !== undefined, 'is no address and no CIDR range'),
    )
    .max(SUBNETS_MAX);

export const scopes = () =>
  z
    .array(z.string().regex(/^[a-z0-9][a-z0-9:._-]{0,62}$/, 'is not a scope such as orders:read'))
    .max(SCOPES_MAX)
    .refine((list) => new Set(list).size === list.length, 'names a scope twice');

/** What a plan can have, on or off. */
export const featureName = () =>
  z.string().regex(/^[a-z][a-z0-9_.-]{0,62}$/, 'is not lower-case letters, digits, _.-');

export const features = () =>
  z
    .array(featureName())
    .max(FEATURES_MAX)
    .refine((list) => new Set(list).size === list.length, 'names a feature twice');

export const maintenance = () =>
  z.strictObject({
    retry_after_s: z.number().int().min(1).max(86_400).default(60),
    /** Told to clients in the problem's detail. */
    message: text(200).nullable().default(null),
  });

// A scheme and a host, which may be any below a name; as browsers write it: no path, no slash.
const ORIGIN = /^[a-z][a-z0-9+.-]{0,30}:\/\/(?:\*\.)?[a-z0-9\-._~[\]:]{1,250}$/;

const corsRule = () =>
  z.strictObject({
    origins: z
      .array(
        z.string().refine((origin) => origin === '*' || ORIGIN.test(origin), 'is not an origin'),
      )
      .min(1)
      .max(ORIGINS_MAX)
      .refine((list) => !list.includes('*') || list.length === 1, 'has * beside other origins'),
    /** Header fields that scripts may send; `*` is every one that they ask for. */
    headers: z
      .array(z.union([z.literal('*'), z.string().regex(FIELD_NAME, 'is not a header')]))
      .max(CORS_HEADERS_MAX)
      .default(['*']),
    /** Header fields of answers that scripts may read, beside the gateway's own. */
    expose: z
      .array(z.string().regex(FIELD_NAME, 'is not a header'))
      .max(CORS_HEADERS_MAX)
      .default([]),
    credentials: z.boolean().default(false),
    max_age_s: z.number().int().min(0).max(86_400).default(600),
  });

export const cors = () =>
  corsRule().refine(({ credentials, origins }) => !(credentials && origins.includes('*')), {
    path: ['credentials'],
    message: 'do not go with every origin',
  });

const keyPlaces = () =>
  z.strictObject({
    header: z
      .string()
      .regex(FIELD_NAME, 'is not the name of a header')
      .refine((name) => mayName(name, 'request'), 'is a header that the gateway reads itself')
      .transform((name) => name.toLowerCase())
      .nullable()
      .default('x-api-key'),
    bearer: z.boolean().default(true),
    query: z
      .string()
      .regex(/^[A-Za-z0-9_.~-]{1,50}$/, 'is not the name of a parameter')
      .nullable()
      .default(null),
  });

type KeyPlaces = z.infer<ReturnType<typeof keyPlaces>>;

/** Whether there is a place for a key. */
export const takesKeys = ({ header, bearer, query }: KeyPlaces): boolean =>
  header !== null || bearer || query !== null;

/** Fields of a route; what the API assumes stands in `accessDefaults`. */
export const accessFields = {
  maintenance: maintenance().nullable(),
  ip_allow: subnets(),
  ip_deny: subnets(),
  required_scopes: scopes(),
  /** What the customer's plan, or an add-on, has to have. */
  required_features: features(),
  cors: cors().nullable(),
  /** Where a request may carry its key. In the query it is taken out before the upstream. */
  key_location: keyPlaces(),
  jwt: jwt().nullable(),
};

export const accessDefaults = {
  maintenance: null,
  ip_allow: [],
  ip_deny: [],
  required_scopes: [],
  required_features: [],
  cors: null,
  key_location: { header: 'x-api-key', bearer: true, query: null },
  jwt: null,
};

/** The same in the facts of gateways; what is left out is not set, and new fields are passed by. */
export const accessFacts = {
  maintenance: maintenance().strip().optional(),
  ip_allow: z.array(z.string()).optional(),
  ip_deny: z.array(z.string()).optional(),
  required_scopes: z.array(z.string()).optional(),
  required_features: z.array(z.string()).optional(),
  cors: corsRule().strip().optional(),
  key_location: keyPlaces().strip().optional(),
  jwt: jwtFact().optional(),
};
