import type { Endpoint } from '@tollgate/billing-core/contract/overview.ts';

export interface Request {
  /** The command for the shell. */
  code: string;
  /** What people must replace in it before it can be sent: '<path>'. */
  places: readonly string[];
}

/** @returns a request for the shell; the key comes from the environment, not from the page. */
export function requestOf(endpoint: Endpoint): Request {
  const [method = '*'] = endpoint.methods;
  const verb = method === '*' || method === 'GET' ? '' : ` -X ${method}`;
  const url = template(endpoint.url);
  return {
    code: `curl${verb} '${quoted(url)}' \\\n  -H "Authorization: Bearer $TOLLGATE_KEY"`,
    places: [...new Set(url.match(/<[^<>]+>/g))],
  };
}

/**
 * Only the caller knows what a pattern's names and its star stand for. Sent as they are they
 * would be taken literally, and the beginning alone is seldom an address that exists.
 */
export function template(url: string): string {
  return url.replaceAll(/\/:([^/]+)/g, '/<$1>').replace(/\*$/, '<path>');
}

/** A single quote can't stand inside single quotes: close, escape, reopen. */
function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}
