import type { Route } from '@tollgate/billing-core/contract/route.ts';

/** Who may use a route, as its form holds it; lists are text, by commas or lines. */
export interface AccessValues {
  key_location: { header: string; bearer: boolean; query: string };
  required_scopes: string;
  required_features: string;
  ip_allow: string;
  ip_deny: string;
  maintenance: { on: boolean; retry_after_s: string; message: string };
  cors: {
    on: boolean;
    origins: string;
    headers: string;
    expose: string;
    credentials: boolean;
    max_age_s: string;
  };
}

/** 'a, b\nc' is ['a', 'b', 'c']. */
export const listOf = (text: string): string[] =>
  text.split(/[\s,]+/).filter((entry) => entry !== '');

const textOf = (list: readonly string[] | undefined): string => (list ?? []).join(', ');

/** @returns what the API has; without a route, what it would assume. */
export function toAccessValues(route: Route | undefined): AccessValues {
  const { maintenance = null, cors = null } = route ?? {};
  const place = route?.key_location ?? { header: 'x-api-key', bearer: true, query: null };
  return {
    key_location: {
      header: place.header ?? '',
      bearer: place.bearer,
      query: place.query ?? '',
    },
    required_scopes: textOf(route?.required_scopes),
    required_features: textOf(route?.required_features),
    ip_allow: textOf(route?.ip_allow),
    ip_deny: textOf(route?.ip_deny),
    maintenance: {
      on: maintenance !== null,
      retry_after_s: String(maintenance?.retry_after_s ?? 60),
      message: maintenance?.message ?? '',
    },
    cors: {
      on: cors !== null,
      origins: textOf(cors?.origins),
      headers: textOf(cors?.headers ?? ['*']),
      expose: textOf(cors?.expose),
      credentials: cors?.credentials ?? false,
      max_age_s: String(cors?.max_age_s ?? 600),
    },
  };
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** @returns what the API takes. */
export function toAccessBody(values: AccessValues): Record<string, unknown> {
  const { key_location: place, maintenance, cors } = values;
  return {
    key_location: {
      header: orNull(place.header),
      bearer: place.bearer,
      query: orNull(place.query),
    },
    required_scopes: listOf(values.required_scopes),
    required_features: listOf(values.required_features),
    ip_allow: listOf(values.ip_allow),
    ip_deny: listOf(values.ip_deny),
    maintenance: maintenance.on
      ? {
          retry_after_s: Number(maintenance.retry_after_s),
          message: orNull(maintenance.message),
        }
      : null,
    cors: cors.on
      ? {
          origins: listOf(cors.origins),
          headers: listOf(cors.headers),
          expose: listOf(cors.expose),
          credentials: cors.credentials,
          max_age_s: Number(cors.max_age_s),
        }
      : null,
  };
}
